/** A reverse proxy under test: `site.test` leads to the origin, no other name does. */
export interface Target {
  readonly name: string;
  /** Port for plain HTTP/1.1. */
  readonly h1: number;
  /** Port for HTTP/2 by prior knowledge; may be the same. */
  readonly h2: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface TargetOptions {
  readonly originPort: number;
}

export type TargetName = "egide" | "nginx" | "haproxy";
