import type { WebContext } from "@egide/web/context.ts";
import { bad, type Actor, type ModerationDeps } from "#moderation/service/deps.ts";
import type { ImportDesk } from "#move/desk.ts";
import type { Frame } from "#page/frame.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import type { Db } from "#store/open.ts";
import type { ThreadContext } from "#thread/context.ts";

/** What the pages of staff need; app.ts puts it together. */
export interface StaffSite {
  readonly deps: ModerationDeps;
  readonly provider: ProviderDeps;
  readonly threads: ThreadContext;
  /** Frame of a page that no cache keeps, with the visitor's token. */
  readonly frame: (c: WebContext) => Promise<Frame>;
  /** The roles of who asks; null where nobody is signed in, or the account has none. */
  readonly actor: (c: WebContext) => Promise<Actor | null>;
  readonly isSignedIn: (c: WebContext) => Promise<boolean>;
  /** The account of a user name. */
  readonly findPerson: (
    name: string,
  ) => Promise<{ readonly id: string; readonly username: string } | null>;
  readonly signInPath: string;
  /** Brings boards in from archives that admins send; null where only the command does. */
  readonly desk?: ImportDesk | null;
  /** Folder of the files, to tell how much room is left; null where they lie elsewhere. */
  readonly mediaFolder?: string | null;
}

export interface NamedBoard {
  readonly id: number;
  readonly uri: string;
}

export async function boardsBy(db: Db): Promise<ReadonlyMap<number, string>> {
  const rows = await db.selectFrom("board").select(["id", "uri"]).orderBy("uri").execute();
  return new Map(rows.map(({ id, uri }) => [id, uri]));
}

/** A whole number of an address or a form; throws AppError where it is none. */
export function wholeOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw bad("board.not_found", "There is nothing at this address.");
  }
  return Number(text);
}
