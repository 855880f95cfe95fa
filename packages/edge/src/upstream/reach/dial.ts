import type { OriginTls } from "#upstream/reach/tls.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";

export type DialTarget =
  | { readonly hostname: string; readonly port: number }
  | { readonly unix: string };

/**
 * Opens one connection. Exactly one of `opened` and `failed` is called, neither after `cancel`; time
 * is the caller's to keep. `opened` answers who speaks on it.
 */
export type Dial = (
  target: DialTarget,
  tls: OriginTls | null,
  opened: (conn: Conn) => ConnHandler,
  failed: (error: Error) => void,
) => { cancel(): void };
