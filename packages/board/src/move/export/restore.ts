import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { Clock } from "@egide/std/clock.ts";
import { sql } from "kysely";
import { parseFileName } from "#media/store/name.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import { readArchive, readInOrder } from "#move/export/archive.ts";
import type { Manifest } from "#move/export/manifest.ts";
import { Rows } from "#move/export/rows.ts";
import { EXPORTED, type ExportedTable } from "#move/export/tables.ts";
import { damaged } from "#move/export/tar.ts";
import { verify } from "#move/export/verify.ts";
import { invite } from "#move/invitation.ts";
import type { Invited } from "#move/run/context.ts";
import type { Db, Store } from "#store/open.ts";

export interface RestoreContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly media: MediaStore;
  readonly sealing: Sealing;
  /** A folder on the disk of the media. */
  readonly temp: string;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Rows by table. */
  readonly rows: ReadonlyMap<string, number>;
  readonly invited: readonly Invited[];
}

/**
 * Puts an export back into an installation that has no boards yet, on whichever engine: verified as a
 * whole first, then files, then all rows in one transaction.
 */
export async function restore(context: RestoreContext, path: string): Promise<Restored> {
  const manifest = await verify(path);
  if (manifest.scope !== "instance") {
    throw damaged(
      "it is the export of one board: egide board import board brings it into a site, beside the boards there",
    );
  }
  const { count } = await context.store.kysely
    .selectFrom("board")
    .select((row) => row.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (count > 0) throw notEmpty();
  await putFiles(context, path);
  const { store, clock } = context;
  return store.transaction(async (trx) => {
    // Each table has this row from its beginning.
    await trx.deleteFrom("staff_log_head").execute();
    const rows = new Rows(store, trx);
    const files = EXPORTED.flatMap(({ name }) => manifest.tables[name]?.files ?? []);
    const names = files.map(({ name }) => name);
    for await (const { name, bytes } of readInOrder(path, names)) {
      await rows.take(name.split("/")[1] as ExportedTable, bytes);
    }
    for (const [name, table] of Object.entries(manifest.tables)) {
      if ((rows.counts.get(name) ?? 0) !== table.rows) {
        throw damaged(`${name} has other rows than it says`);
      }
    }
    if (store.engine === "postgres") await countOn(trx);
    const invited = manifest.secrets ? [] : await inviteAll(trx, clock.now());
    return { manifest, rows: rows.counts, invited };
  });
}

/** Files are there before the rows that name them; without those, a sweep removes them again. */
export async function putFiles(
  { media, sealing, temp }: RestoreContext,
  path: string,
): Promise<void> {
  await mkdir(temp, { recursive: true });
  for await (const { name, bytes } of readArchive(path)) {
    const [folder, last = ""] = name.split("/");
    if (folder !== "files" && folder !== "sealed") continue;
    const file = parseFileName(last);
    if (file === null) throw damaged(`${name} is no name of a file`);
    const part = join(temp, crypto.randomUUID());
    try {
      await Bun.write(part, folder === "files" ? bytes : opened(sealing, last, bytes));
      await media.put(file, part);
    } finally {
      await rm(part, { force: true });
    }
    // Its thumbnail comes behind it, and is sealed with it then.
    if (folder === "sealed") await media.seal(file.sha256, file.kind);
  }
}

function opened(sealing: Sealing, name: string, bytes: Uint8Array): Uint8Array {
  try {
    return sealing.open(name, bytes);
  } catch (cause) {
    throw new AppError({
      code: "move.sealed",
      source: "operator",
      retry: false,
      publicMessage: "what is sealed in the export can’t be opened: put its board.key here first",
      cause,
    });
  }
}

/** Numbers go on behind those that were put in. */
async function countOn(trx: Db): Promise<void> {
  for (const { name, counts = false } of EXPORTED) {
    if (!counts) continue;
    const table = sql.ref(name);
    await sql`select setval(pg_get_serial_sequence(${name}, 'id'), greatest((select coalesce(max(id), 0) from ${table}), 1))`.execute(
      trx,
    );
  }
}

/** Accounts stayed behind: whoever had a role is invited to take it again. */
async function inviteAll(trx: Db, now: number): Promise<readonly Invited[]> {
  const grants = await trx
    .selectFrom("staff_grant")
    .innerJoin("staff", "staff.id", "staff_grant.staffId")
    .select(["staff.name", "staff_grant.role", "staff_grant.boardId"])
    .execute();
  const boards = await trx.selectFrom("board").select(["id", "uri", "ownerId"]).execute();
  const uris = new Map(boards.map(({ id, uri }) => [id, uri]));
  const offers = [
    ...grants.map(({ name, role, boardId }) => ({ name, role, boardId })),
    ...boards
      .filter(({ ownerId }) => ownerId !== null)
      .map(({ id, ownerId }) => ({
        name: ownerId ?? "",
        role: "board-owner" as const,
        boardId: id,
      })),
  ];
  await trx.deleteFrom("staff_grant").execute();
  await trx.updateTable("board").set({ ownerId: null }).execute();
  const invited: Invited[] = [];
  for (const { name, role, boardId } of offers) {
    const offer = { name, role, boardId: boardId === 0 ? null : boardId };
    const board = uris.get(boardId) ?? null;
    invited.push({ name, role, board, path: await invite(trx, offer, now) });
  }
  return invited;
}

function notEmpty(): AppError {
  return new AppError({
    code: "move.not_empty",
    source: "operator",
    retry: false,
    publicMessage:
      "there are boards here already: a whole installation is only put back into an empty one",
  });
}
