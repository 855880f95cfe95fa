/** One request's place in a trace (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: our own span. */
  readonly spanId: string;
  /** Our parent's span, or "" where the trace begins here. */
  readonly parentId: string;
}

export interface Incoming {
  readonly traceId: string;
  readonly parentId: string;
  readonly sampled: boolean;
}

const ZERO_TRACE = "0".repeat(32);
const ZERO_SPAN = "0".repeat(16);

/** Null where it is not a traceparent: then a trace begins anew (section 3.2.2). */
export function parseTraceparent(value: string | undefined): Incoming | null {
  if (value === undefined || value.length < 55 || value.length > 512) return null;
  const found = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(value);
  if (found === null) return null;
  const [, version, traceId, parentId, flags, more] = found as unknown as string[];
  // Version 00 has nothing behind the flags; ff is no version.
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (traceId === ZERO_TRACE || parentId === ZERO_SPAN) return null;
  return {
    traceId: traceId as string,
    parentId: parentId as string,
    sampled: (Number.parseInt(flags as string, 16) & 1) === 1,
  };
}

/** What the origin is sent, so that its spans stand below ours. */
export function traceparent(context: TraceContext, spanId: string): string {
  return `00-${context.traceId}-${spanId}-01`;
}

/** Random, and never all zeros. */
export function newId(bytes: 8 | 16): string {
  for (;;) {
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
    if (/[1-9a-f]/.test(id)) return id;
  }
}
