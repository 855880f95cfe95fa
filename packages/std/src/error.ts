/** Whose fault a failure is: what the reader of a log or of an error page asks first. */
export type ErrorSource = "client" | "origin" | "edge" | "operator";

export interface AppErrorInit {
  /** Stable, lower-case, dotted: `origin.connect_timeout`. Listed in docs/reference/errors.md. */
  readonly code: string;
  readonly source: ErrorSource;
  /** True where the same request, sent again unchanged, may succeed. */
  readonly retry: boolean;
  /** What may be shown to a stranger. Never holds an address, a path of the host or a secret. */
  readonly publicMessage: string;
  /** Seconds after which trying again makes sense, where that is known (Retry-After). */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error type that crosses a room's door: names the fault and whether to try again. */
export class AppError extends Error {
  readonly code: string;
  readonly source: ErrorSource;
  readonly retry: boolean;
  readonly publicMessage: string;
  readonly retryAfter: number | null;

  constructor(init: AppErrorInit) {
    super(
      `${init.code}: ${init.publicMessage}`,
      init.cause === undefined ? undefined : { cause: init.cause },
    );
    this.name = "AppError";
    this.code = init.code;
    this.source = init.source;
    this.retry = init.retry;
    this.publicMessage = init.publicMessage;
    this.retryAfter = init.retryAfter ?? null;
  }
}
