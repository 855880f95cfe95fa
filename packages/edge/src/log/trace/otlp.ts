/** A span as OTLP's JSON has it (opentelemetry-proto, trace/v1). */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: we serve, 3: we ask. */
  readonly kind: 2 | 3;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  /** 2: it failed. */
  readonly status: { readonly code: 0 | 2 };
}

export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

export function attribute(key: string, value: string | number): Attribute {
  return typeof value === "string"
    ? { key, value: { stringValue: value } }
    : { key, value: { intValue: String(value) } };
}

/** Milliseconds since the epoch as nanoseconds: more than a double can hold. */
export function unixNano(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.floor((ms - whole) * 1e6);
  return `${whole}${String(rest).padStart(6, "0")}`;
}

export function exportBody(serviceName: string, spans: readonly Span[]): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [attribute("service.name", serviceName)] },
        scopeSpans: [{ scope: { name: "egide" }, spans }],
      },
    ],
  });
}
