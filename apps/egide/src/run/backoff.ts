/** How long to wait before a worker that fell is started again. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A worker that lived this long begins anew. */
  readonly steadyMs: number;
}

export const WORKER_BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000, steadyMs: 60_000 };

/** `falls` counts those in a row, this one included. Doubles up to the bound. */
export function delayAfter({ firstMs, maxMs }: Backoff, falls: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(30, falls - 1));
}

export function fallsAfter({ steadyMs }: Backoff, falls: number, livedMs: number): number {
  return livedMs >= steadyMs ? 1 : falls + 1;
}
