import type { RawHeaders } from "#stream.ts";
import type { StoredBody } from "./body.ts";
import type { Entry, Meta } from "./entry.ts";
import type { OpenSpool } from "./spool.ts";

/** What a disk knows of one key and the request at hand. */
export interface Found {
  readonly meta: Meta;
  readonly body: StoredBody;
}

/** The tier below memory, shared by the workers of a process. */
export interface Disk {
  readonly openSpool: OpenSpool;
  /** Looks for what `headers` select under `key`. Always answers later, with null for nothing. */
  find(scope: string, key: string, headers: RawHeaders, done: (found: Found | null) => void): void;
  /** Writes in the background what was stored or freshened; may decline when there is too much. */
  save(scope: string, key: string, entry: Entry): void;
  /** Removes what is filed under `key`, all variants. */
  forget(scope: string, key: string): void;
  /** Keeps a purge beyond this run. */
  log(line: string): void;
  readonly bytes: number;
  readonly files: number;
  close(): void;
}
