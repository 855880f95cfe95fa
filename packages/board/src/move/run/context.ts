import type { Clock } from "@egide/std/clock.ts";
import type { HashedAddress } from "#filter/address.ts";
import type { Refused, Source } from "#move/source/record.ts";
import type { Store } from "#store/open.ts";
import type { DraftFile } from "#thread/posting/draft.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

/** What importing takes of the board; app/move.ts puts it together. */
export interface ImportContext {
  readonly store: Store;
  readonly clock: Clock;
  /** Takes a file in as an upload: sniffed, decoded, encoded anew. Throws AppError. */
  readonly take: (file: {
    readonly path: string;
    readonly filename: string;
    readonly spoiler: boolean;
  }) => Promise<DraftFile>;
  /** Lists of known files and removed texts are asked about what comes in, too. */
  readonly guards: readonly Guard[];
  readonly afterWrite: readonly AfterWrite[];
  /** Under the newest key; null: this is no address. */
  readonly hash: (address: string) => HashedAddress | null;
  /** For how long such a hash is of any use. */
  readonly hashMs: number;
}

export interface ImportOrder {
  readonly source: Source;
  /** By which a second run knows what the first one took. */
  readonly name: string;
  /** Folder of the files; null: none are taken. */
  readonly media: string | null;
  /** Addresses of boards there; null: all of them. */
  readonly boards: readonly string[] | null;
  /** Addresses there, and what they become here. */
  readonly rename: ReadonlyMap<string, string>;
  /** Keyed hashes of addresses, or nothing at all. */
  readonly addresses: "hash" | "drop";
  readonly dryRun: boolean;
  /** Told of all that can't be taken, one by one. */
  readonly refuse: (entry: Refused) => void;
  /** Told now and then how far it has come. */
  readonly progress: (line: string) => void;
}

export interface Invited {
  readonly name: string;
  readonly role: string;
  readonly board: string | null;
  /** Path of the link that whoever may take the role follows. */
  readonly path: string;
}

/** What came of an import. */
export interface ImportResult {
  readonly boards: readonly {
    readonly from: string;
    readonly to: string;
    readonly threads: number;
    readonly posts: number;
    /** Posts that an earlier run had taken. */
    readonly known: number;
    readonly files: number;
    readonly held: number;
  }[];
  readonly bans: number;
  readonly reports: number;
  readonly filters: number;
  /** Versions of rules, and lines of the public log. */
  readonly rules: number;
  readonly acts: number;
  readonly invited: readonly Invited[];
  readonly refused: number;
  /** Rows of tables that have no place here. */
  readonly passed: ReadonlyMap<string, number>;
}
