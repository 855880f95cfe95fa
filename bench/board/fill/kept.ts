import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@egide/board/store/open.ts";
import type { BoardPlan, Size } from "./plan.ts";
import { COLUMNS } from "./rows.ts";
import { fillSqlite } from "./sqlite.ts";

/** What took long to make and is the same each time: not in the repository, and may be deleted. */
export const KEPT = join(import.meta.dirname, "../../../.cache/bench");

/** Goes up when what is filled in changes. */
const VERSION = 1;

/** The file of a full site, made where it is not kept yet; never opened itself, only copied. */
export async function keptSite(plans: readonly BoardPlan[], size: Size): Promise<string> {
  mkdirSync(KEPT, { recursive: true });
  const fresh = join(KEPT, `fresh-${process.pid}.db`);
  try {
    await (await openStore(`sqlite:${fresh}`)).close();
    const { threads, posts, seed } = size;
    const name = `board-${threads}-${posts}-${seed}-v${VERSION}-${schemaOf(fresh)}.db`;
    const path = join(KEPT, name);
    if (existsSync(path)) {
      console.error(`${threads} threads, ${posts} posts: kept in .cache/bench/${name}`);
      return path;
    }
    const began = performance.now();
    fillSqlite(fresh, plans, size);
    renameSync(fresh, path);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`${threads} threads, ${posts} posts: filled in ${seconds} s`);
    return path;
  } finally {
    for (const end of ["", "-wal", "-shm"]) rmSync(fresh + end, { force: true });
  }
}

/** Of the tables that are filled: what came or changed beside them is brought up to date at the start. */
function schemaOf(path: string): string {
  const db = new Database(path, { readonly: true });
  const names = [...Object.keys(COLUMNS), "post_search"].map((name) => `'${name}'`).join(",");
  const rows = db
    .query(`select sql from sqlite_master where tbl_name in (${names}) order by name`)
    .values();
  db.close();
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 12);
}
