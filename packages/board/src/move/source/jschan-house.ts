import type { Document } from "bson";
import { z } from "zod";
import { boardUri, cleanLine, moment } from "#move/source/clean.ts";
import { type Origin, refused, type SourceRecord } from "#move/source/record.ts";
import type { BoardSettings } from "#settings/board.ts";

const text = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);
const truth = z.boolean().nullish().catch(null);

const boardSchema = z.object({
  _id: z.string(),
  sequence_value: number,
  settings: z
    .object({
      name: text,
      description: text,
      forceAnon: truth,
      ids: truth,
      geoFlags: truth,
      defaultName: text,
      threadLimit: number,
      replyLimit: number,
      bumpLimit: number,
      maxFiles: number,
      maxReplyMessageLength: number,
      forceThreadSubject: truth,
      forceThreadFile: truth,
      enableTripcodes: truth,
      lockMode: number,
      unlistedLocal: truth,
      unlisted: truth,
      filters: z.array(z.string()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export function* boardOf(document: Document, origin: Origin): Generator<SourceRecord> {
  const read = boardSchema.safeParse(document);
  if (!read.success) {
    yield refused(origin, "a board that can’t be read");
    return;
  }
  // Boards of other sites, which the webring brought, stand among one's own.
  if (document["webring"] === true) {
    yield { kind: "passed", ...origin };
    return;
  }
  const { _id: id, settings, sequence_value: next } = read.data;
  const uri = boardUri(id);
  if (uri === null) {
    yield refused(origin, "addresses of boards have 1 to 24 letters and digits here");
    return;
  }
  const title = cleanLine(settings?.name ?? "", 80);
  yield {
    kind: "board",
    ...origin,
    uri,
    title: title === "" ? uri : title,
    subtitle: cleanLine(settings?.description ?? "", 200),
    settings: settings === null || settings === undefined ? {} : settingsOf(settings),
    listed: settings?.unlistedLocal !== true && settings?.unlisted !== true,
    locked: settings?.lockMode === 2,
    lastNo: Math.max(0, Math.floor(next ?? 1) - 1),
  };
  for (const [place, pattern] of (settings?.filters ?? []).entries()) {
    const at = { table: "boards.filters", row: `${origin.row} ${place + 1}` };
    yield* filterRecords([pattern], uri, at);
  }
}

type Theirs = NonNullable<z.infer<typeof boardSchema>["settings"]>;

function settingsOf(theirs: Theirs): Partial<BoardSettings> {
  const name = cleanLine(theirs.defaultName ?? "", 48);
  const within = (value: number | null | undefined, least: number, most: number) =>
    value === null || value === undefined || value <= 0
      ? undefined
      : Math.min(most, Math.max(least, Math.floor(value)));
  const all: { readonly [Name in keyof BoardSettings]?: BoardSettings[Name] | undefined } = {
    forcedAnonymous: theirs.forceAnon ?? undefined,
    posterIds: theirs.ids ?? undefined,
    countryFlags: theirs.geoFlags ?? undefined,
    tripcodes: theirs.enableTripcodes ?? undefined,
    anonymousName: name === "" ? undefined : name,
    replyLimit: within(theirs.replyLimit, 1, 5000),
    bumpLimit: within(theirs.bumpLimit, 1, 2000),
    filesMost: within(theirs.maxFiles, 0, 10),
    textMost: within(theirs.maxReplyMessageLength, 1, 20_000),
    subjectRequired: theirs.forceThreadSubject ?? undefined,
    fileRequired: theirs.forceThreadFile ?? undefined,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<BoardSettings>;
}

const accountSchema = z.object({
  _id: z.string(),
  ownedBoards: z.array(z.string()).nullish().catch(null),
  staffBoards: z.array(z.string()).nullish().catch(null),
  // Accounts of older versions say `modBoards`.
  modBoards: z.array(z.string()).nullish().catch(null),
});

/** Owners and staff are invited. Whether an account rules the whole site is not taken from a dump. */
export function* accountOf(document: Document, origin: Origin): Generator<SourceRecord> {
  const read = accountSchema.safeParse(document);
  const name = read.success ? cleanLine(read.data._id, 60) : "";
  if (!read.success || name === "") {
    yield refused(origin, "an account that can’t be read");
    return;
  }
  const { ownedBoards, staffBoards, modBoards } = read.data;
  const owned = (ownedBoards ?? []).map(boardUri).filter((uri) => uri !== null);
  const staffed = [...(staffBoards ?? []), ...(modBoards ?? [])]
    .map(boardUri)
    .filter((uri) => uri !== null && !owned.includes(uri));
  const at = (uri: string) => ({ ...origin, row: `${origin.row} ${uri}` });
  for (const board of new Set(owned)) {
    yield { kind: "staff", ...at(board), name, role: "board-owner", board };
  }
  for (const board of new Set(staffed)) {
    yield { kind: "staff", ...at(board as string), name, role: "board-moderator", board };
  }
  if (owned.length + staffed.length === 0) yield { kind: "passed", ...origin };
}

const banSchema = z.object({
  ip: z.union([
    z.string(),
    z.object({ raw: text, single: text }).transform(({ raw, single }) => raw ?? single ?? ""),
  ]),
  range: number,
  reason: text,
  board: z.union([z.string(), z.array(z.string())]).nullish(),
  date: z.date(),
  expireAt: z.date().nullish(),
});

/** Ranges of jschan: a quarter open is a /24 (IPv4) or a /48, a half a /16 or a /32. */
const RANGE_BITS = { v4: [null, 24, 16], v6: [null, 48, 32] } as const;

export function* banOf(document: Document, origin: Origin): Generator<SourceRecord> {
  const read = banSchema.safeParse(document);
  if (!read.success) {
    yield refused(origin, "a ban that can’t be read");
    return;
  }
  const { ip, range, reason, board, date, expireAt } = read.data;
  const startsAt = moment(date.getTime());
  if (startsAt === null) {
    yield refused(origin, "it has no beginning");
    return;
  }
  const bits = RANGE_BITS[ip.includes(":") ? "v6" : "v4"][range ?? 0] ?? null;
  const boards = Array.isArray(board) ? board : [board ?? null];
  for (const uri of boards) {
    yield {
      kind: "ban",
      ...origin,
      row: boards.length === 1 ? origin.row : `${origin.row} ${uri ?? ""}`,
      board: uri,
      address: ip,
      bits,
      startsAt,
      endsAt: moment(expireAt?.getTime()),
      reason: cleanLine(reason ?? "", 1000),
    };
  }
}

const filterSchema = z.object({
  board: text,
  filters: z.array(z.string()),
  filterMode: number,
});

export function* filterOf(document: Document, origin: Origin): Generator<SourceRecord> {
  const read = filterSchema.safeParse(document);
  if (!read.success) {
    yield refused(origin, "a filter that can’t be read");
    return;
  }
  // 0: switched off.
  if (read.data.filterMode === 0) yield { kind: "passed", ...origin };
  else yield* filterRecords(read.data.filters, read.data.board ?? null, origin);
}

function* filterRecords(
  patterns: readonly string[],
  board: string | null,
  origin: Origin,
): Generator<SourceRecord> {
  for (const [place, written] of patterns.entries()) {
    const pattern = cleanLine(written, 200);
    const at = {
      ...origin,
      row: patterns.length === 1 ? origin.row : `${origin.row} ${place + 1}`,
    };
    if (pattern === "") yield refused(at, "an empty filter");
    else {
      const rule = { kind: "letters", pattern, fields: [], action: "refuse" } as const;
      yield { kind: "filter", ...at, board, rule: { ...rule, replacement: "", message: null } };
    }
  }
}
