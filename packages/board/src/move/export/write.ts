import { createHash } from "node:crypto";
import type { Snapshot, SnapshotRow } from "@egide/sql/database.ts";
import type { Clock } from "@egide/std/clock.ts";
import {
  FORMAT,
  FORMAT_VERSION,
  type Manifest,
  MANIFEST,
  type ManifestFile,
} from "#move/export/manifest.ts";
import { partOfBoard } from "#move/export/of-board.ts";
import { EXPORTED, type Policy } from "#move/export/tables.ts";
import type { Entry } from "#move/export/tar.ts";
import { fileName } from "#media/store/name.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import { MIGRATIONS } from "#store/migrations.ts";
import type { Store } from "#store/open.ts";
import type { MediaKind } from "#store/table/media.ts";

export interface ExportSource {
  readonly store: Store;
  readonly clock: Clock;
  readonly media: MediaStore;
}

export interface ExportOrder {
  /** One board alone; null: everything. */
  readonly boardId: number | null;
  /** What seals files: with it accounts, keys and sealed files go along. */
  readonly secrets: Sealing | null;
}

/** Bytes of one part of a table: what is in memory at once. */
const PART_BYTES = 4 * 1024 * 1024;
const LIST_LINES = 20_000;

/**
 * An export, file by file: tables as JSON lines, media by their hash, and the manifest at the end.
 * All of it is one moment, whatever is posted meanwhile.
 */
export async function* exportEntries(
  { store, clock, media }: ExportSource,
  order: ExportOrder,
): AsyncGenerator<Entry> {
  const snapshot = await store.snapshot();
  try {
    const tables: Record<string, Manifest["tables"][string]> = {};
    for (const policy of EXPORTED) {
      const query = queryOf(policy, order);
      if (query === null) continue;
      let rows = 0;
      const files: ManifestFile[] = [];
      for await (const part of partsOf(snapshot, query)) {
        rows += part.rows;
        const name = `tables/${policy.name}/${String(files.length + 1).padStart(6, "0")}.jsonl`;
        files.push(described(name, part.bytes));
        yield { name, bytes: part.bytes };
      }
      tables[policy.name] = { rows, files };
    }
    const listed: Manifest["media"] = { files: 0, bytes: 0, lists: [] };
    let lines: string[] = [];
    const close = (): Entry | null => {
      if (lines.length === 0) return null;
      const name = `lists/${String(listed.lists.length + 1).padStart(6, "0")}.jsonl`;
      const bytes = Buffer.from(lines.join(""));
      lines = [];
      listed.lists.push(described(name, bytes));
      return { name, bytes };
    };
    for await (const file of filesOf(snapshot, media, order)) {
      listed.files += 1;
      listed.bytes += file.bytes.length;
      lines.push(`${JSON.stringify(described(file.name, file.bytes))}\n`);
      yield file;
      const full = lines.length >= LIST_LINES ? close() : null;
      if (full !== null) yield full;
    }
    const last = close();
    if (last !== null) yield last;
    const manifest: Manifest = {
      format: FORMAT,
      version: FORMAT_VERSION,
      schema: MIGRATIONS.map(({ name }) => name),
      createdAt: new Date(clock.now()).toISOString(),
      scope: order.boardId === null ? "instance" : "board",
      secrets: order.secrets !== null,
      tables,
      media: listed,
    };
    yield { name: MANIFEST, bytes: Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`) };
  } finally {
    await snapshot.close();
  }
}

interface Query {
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** A row as it is written. */
  readonly shown: (row: SnapshotRow) => SnapshotRow;
}

/** Null: the table is not a part of this export. */
function queryOf(policy: Policy, { boardId, secrets }: ExportOrder): Query | null {
  const { name, key, secret = false, blank = {} } = policy;
  if (secret && secrets === null) return null;
  const byKey = key.map((column) => `"${column}"`).join(", ");
  const all = `select * from "${name}"`;
  if (boardId === null) {
    const shown = (row: SnapshotRow) => withText(secrets === null ? { ...row, ...blank } : row);
    return { text: `${all} order by ${byKey}`, parameters: [], shown };
  }
  const part = partOfBoard(name, boardId);
  if (part === null) return null;
  const { where, order = byKey, parameters } = part;
  const shown = (row: SnapshotRow) => withText(part.shown({ ...row, ...blank }));
  return { text: `${all} where ${where} order by ${order}`, parameters, shown };

  function withText(row: SnapshotRow): SnapshotRow {
    if (policy.bytes === undefined) return row;
    const base64 = (column: string) => Buffer.from(row[column] as Uint8Array).toString("base64");
    return {
      ...row,
      ...Object.fromEntries(policy.bytes.map((column) => [column, base64(column)])),
    };
  }
}

async function* partsOf(
  snapshot: Snapshot,
  { text, parameters, shown }: Query,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly rows: number }> {
  let lines: string[] = [];
  let length = 0;
  for await (const row of snapshot.rows(text, parameters)) {
    const line = `${JSON.stringify(shown(row))}\n`;
    lines.push(line);
    length += line.length;
    if (length < PART_BYTES) continue;
    yield { bytes: Buffer.from(lines.join("")), rows: lines.length };
    lines = [];
    length = 0;
  }
  if (lines.length > 0) yield { bytes: Buffer.from(lines.join("")), rows: lines.length };
}

/** Files that the exported rows name, each with its thumbnail. */
async function* filesOf(
  snapshot: Snapshot,
  media: MediaStore,
  order: ExportOrder,
): AsyncGenerator<Entry> {
  const policy = EXPORTED.find(({ name }) => name === "media") as Policy;
  const query = queryOf(policy, order) as Query;
  for await (const row of snapshot.rows(query.text, query.parameters)) {
    const sha256 = row["sha256"] as string;
    const kind = row["kind"] as MediaKind;
    for (const thumb of [false, true]) {
      const file = { sha256, kind, thumb };
      const name = fileName(file);
      if (row["state"] === "stored") {
        const found = await media.open(file);
        if (found !== null) yield { name: `files/${name}`, bytes: await found.bytes() };
      } else if (row["state"] === "sealed" && order.secrets !== null) {
        // It leaves as it lies: closed. Who does not have the installation's key can't open it.
        const plain = await media.openSealed(file);
        if (plain !== null) {
          yield { name: `sealed/${name}`, bytes: order.secrets.close(name, plain) };
        }
      }
    }
  }
}

function described(name: string, bytes: Uint8Array): ManifestFile {
  return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
