import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { FIRST_RULES, type Rule } from "#moderation/rules.ts";
import { secretId } from "#moderation/service/deps.ts";
import { readArchive, writeArchive } from "#move/export/archive.ts";
import { exportEntries } from "#move/export/write.ts";
import { parse } from "#markup/parse.ts";
import { quotesOf } from "#markup/node.ts";
import type { MoveRig } from "#move/testing/rig.ts";
import { boardSettingsSchema } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { addFilter } from "#store/lists.ts";
import type { ThreadContext } from "#thread/context.ts";
import { Events } from "#thread/events.ts";
import type { Draft, DraftFile } from "#thread/posting/draft.ts";
import { post } from "#thread/posting/post.ts";
import { draftOf } from "#thread/testing/rig.ts";

/** Threads over the records of a rig, so that a board can be filled as visitors fill it. */
export function threadsOf({ importing: { store }, clock }: MoveRig): ThreadContext {
  let turn = 0;
  return {
    store,
    clock,
    settings: instanceSettingsSchema.parse({}),
    secret: new Uint8Array(32).fill(3),
    events: new Events(),
    guards: [],
    afterWrite: [],
    mustKeep: async () => new Set<number>(),
    random: () => ((turn += 7) % 10) / 10,
  };
}

/** A picture of one colour, taken in as uploads are. */
export async function pictureIn(rig: MoveRig, colour: string): Promise<DraftFile> {
  const picture = sharp({ create: { width: 9, height: 7, channels: 3, background: colour } });
  const path = join(rig.folder, `${colour.slice(1)}.png`);
  writeFileSync(path, await picture.png().toBuffer());
  return rig.importing.take({ path, filename: `${colour.slice(1)} tea.png`, spoiler: true });
}

export async function say(rig: MoveRig, draft: Partial<Draft>, files: readonly DraftFile[] = []) {
  rig.clock.advance(1000);
  const whole = { ...draftOf("tea"), ...draft };
  return post(threadsOf(rig), whole, { count: files.length, take: async () => files });
}

/** Rules in two versions, a filter, and a line of the log for each rule. */
export async function govern(rig: MoveRig, boardId: number): Promise<void> {
  const { store } = rig.importing;
  const at = rig.clock.now();
  const rule = (id: string, en: string) => ({ id, text: { en, fr: `${en} (fr)` } });
  for (const [set, version, rules] of [
    [boardId, 1, [rule("tea", "Tea only")]],
    [boardId, 2, [rule("tea", "Tea and biscuits only"), rule("milk", "No milk first")]],
    [0, 1, [rule("law", "What the first site holds unlawful")]],
  ] as const) {
    const values = { boardId: set, version, at: at + version, staffId: "somebody" };
    await store.kysely
      .insertInto("rule_set")
      .values({ ...values, rules: JSON.stringify(rules) })
      .execute();
  }
  await store.kysely
    .updateTable("board")
    .set({ rulesVersion: 2 })
    .where("id", "=", boardId)
    .execute();
  await addFilter(store.kysely, {
    boardId,
    kind: "pattern",
    pattern: "cof+ee",
    fields: ["text", "filename"],
    action: "replace",
    replacement: "tea",
    message: { en: "Not here", fr: "Pas ici" },
    createdAt: at,
    createdBy: "somebody",
  });
  for (const [kind, ruleId, ruleBoardId, ruleVersion, state] of [
    ["remove", "tea", boardId, 1, "in-force"],
    ["ban", "milk", boardId, 2, "in-force"],
    ["warn", "law", 0, 1, "undone"],
    ["hide", "spam", 0, 0, "reversed"],
    ["approve", null, null, null, "in-force"],
  ] as const) {
    await store.kysely
      .insertInto("act")
      .values({
        id: secretId(),
        at: rig.clock.now(),
        staffId: "somebody",
        kind,
        boardId,
        threadNo: 1,
        no: 1,
        postId: null,
        ruleId,
        ruleBoardId,
        ruleVersion,
        reason: "words of staff",
        endsAt: null,
        state,
        stateAt: at,
        stateBy: null,
        before: "visible",
        after: "removed",
        batch: null,
        sessionHash: "session",
        toldAt: null,
      })
      .execute();
    rig.clock.advance(1000);
  }
}

type Row = Record<string, unknown>;

export async function exportBoard(rig: MoveRig, boardId: number, name: string): Promise<string> {
  const path = join(rig.folder, name);
  const entries = exportEntries(rig.exporting, { boardId, secrets: null });
  await writeArchive(path, entries, rig.clock.now());
  return path;
}

/** Rows of an export by table, and its other files. */
export async function contentOf(path: string) {
  const tables = new Map<string, Row[]>();
  const files = new Map<string, Uint8Array>();
  for await (const { name, bytes } of readArchive(path)) {
    const [, table = ""] = /^tables\/(\w+)\//.exec(name) ?? [];
    if (table === "") files.set(name, new Uint8Array(bytes));
    else {
      const lines = Buffer.from(bytes).toString().split("\n").filter(Boolean);
      const rows = lines.map((line) => JSON.parse(line) as Row);
      tables.set(table, [...(tables.get(table) ?? []), ...rows]);
    }
  }
  return { tables, files };
}

function only(row: Row, names: string): Row {
  return Object.fromEntries(names.split(" ").map((name) => [name, row[name]]));
}

/**
 * What anybody may see of an exported board, without what each site numbers for itself: rules stand
 * as their words, files as their pixels.
 */
export async function publicContent(path: string) {
  const { tables, files } = await contentOf(path);
  const all = (table: string): readonly Row[] => tables.get(table) ?? [];
  const [board = {}] = all("board");
  const sets = all("rule_set").map((set) => ({
    ...only(set, "boardId version at"),
    rules: JSON.parse(set["rules"] as string) as readonly Rule[],
  }));
  const ruleOf = (act: Row): unknown => {
    const set = sets.find(
      (one: Row) => one["boardId"] === act["ruleBoardId"] && one["version"] === act["ruleVersion"],
    );
    const isFirst = act["ruleBoardId"] === 0 && act["ruleVersion"] === 0;
    const rules = isFirst ? FIRST_RULES : set?.rules;
    return rules?.find(({ id }) => id === act["ruleId"]) ?? null;
  };
  const pixels = async (file: Row): Promise<unknown> => {
    const bytes = files.get(`files/${String(file["sha256"])}.${String(file["kind"])}`);
    const raw = bytes === undefined ? null : await sharp(bytes).raw().toBuffer();
    const { filename, spoiler, width, height, kind } = file;
    return { filename, spoiler, width, height, kind, pixels: raw?.toString("base64") };
  };
  return {
    board: { ...only(board, "uri title subtitle lastNo listed"), settings: settingsOf(board) },
    rules: sets
      .filter((set: Row) => (set["boardId"] as number) > 0 && (set["version"] as number) > 0)
      .map((set) => only(set, "version at rules")),
    threads: all("thread").map((row) =>
      only(
        row,
        "no createdAt bumpedAt subject sticky locked bumpLocked cyclic archivedAt replies media lastNo",
      ),
    ),
    posts: await Promise.all(
      all("post").map(
        async (row): Promise<Row> => ({
          ...only(
            row,
            "no threadNo createdAt name trip capcode subject sage text html posterId country editedAt dice",
          ),
          backlinks: (JSON.parse(row["backlinks"] as string) as { no: number }[])
            .map(({ no }) => no)
            .sort((a, b) => a - b),
          quotes: quotesOf(parse(row["text"] as string)).length,
          files: await Promise.all((JSON.parse(row["files"] as string) as Row[]).map(pixels)),
        }),
      ),
    ),
    filters: all("filter").map((row) =>
      only(row, "kind pattern fields action replacement messageEn messageFr"),
    ),
    log: all("act").map((row) => ({ ...only(row, "at kind no undone"), rule: ruleOf(row) })),
    quotes: all("quote").length,
  };
}

function settingsOf(board: Row): unknown {
  return boardSettingsSchema.parse(JSON.parse(board["settings"] as string));
}
