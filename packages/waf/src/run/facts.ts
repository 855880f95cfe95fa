import type { BodyContent, Pair } from "#body/processor.ts";
import { parseForm } from "#body/urlencoded.ts";
import { cutTarget, parseCookies, type TargetParts } from "#run/request.ts";
import type { EngineConfig } from "#rule/config.ts";

/** Where a request comes from and goes to. */
export interface Endpoints {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/** Of no request. */
export const nowhere: Endpoints = {
  remoteAddress: "",
  remotePort: 0,
  serverAddress: "",
  serverPort: 0,
};

const noContent: BodyContent = { args: [] };

/** Everything a transaction was told, before rules look at it. All text is bytes: one char a byte. */
export class Facts {
  readonly endpoints: Endpoints;
  readonly id: string;
  method = "";
  target = "";
  protocol = "";
  line = "";
  parts: TargetParts = cutTarget("");
  requestHeaders: readonly string[] = [];
  argsGet: readonly Pair[] = [];
  cookies: readonly Pair[] = [];
  /** Set once the body is read and kept for REQUEST_BODY. */
  requestBody: string | undefined;
  requestBodyLength = 0;
  requestBodyOver = false;
  content: BodyContent = noContent;
  /** What went wrong with the body, or with the query's arguments. */
  bodyError: string | undefined;
  processorFailed = false;
  encodingError = false;
  status = 0;
  responseProtocol = "";
  responseHeaders: readonly string[] = [];
  responseBody: string | undefined;
  responseBodyOver = false;

  constructor(id: string, endpoints: Endpoints) {
    this.id = id;
    this.endpoints = endpoints;
  }

  /** True once a body was read into variables. */
  get hasBody(): boolean {
    return this.content !== noContent || this.requestBody !== undefined;
  }

  setLine(method: string, target: string, protocol: string, line: string | undefined): void {
    this.method = method;
    this.target = target;
    this.protocol = protocol;
    this.line = line ?? `${method} ${target} ${protocol}`;
    this.parts = cutTarget(target);
  }

  setRequestHeaders(headers: readonly string[], config: EngineConfig): void {
    this.requestHeaders = headers;
    const form = parseForm(this.parts.query, config);
    this.argsGet = form.pairs;
    this.encodingError = form.encodingError;
    if (form.error !== undefined) this.bodyError = form.error;
    const cookies: Pair[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      if ((headers[i] as string).toLowerCase() === "cookie") {
        parseCookies(headers[i + 1] as string, cookies, config.argumentsLimit);
      }
    }
    this.cookies = cookies;
  }

  requestHeader(lower: string): string | undefined {
    return fieldOf(this.requestHeaders, lower);
  }

  responseHeader(lower: string): string | undefined {
    return fieldOf(this.responseHeaders, lower);
  }
}

function fieldOf(headers: readonly string[], lower: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === lower.length && name.toLowerCase() === lower) return headers[i + 1];
  }
  return undefined;
}
