import type { FilterField } from "#filter/rule.ts";
import { FIRST_RULES, type Rule } from "#moderation/rules.ts";
import { boardUri, cleanLine, moment, postNumber } from "#move/source/clean.ts";
import { actRow, type boardRow, filterRow, rulesRow } from "#move/source/egide-rows.ts";
import { faultOf } from "#move/source/egide-post.ts";
import { type Origin, refused, type SourceRecord } from "#move/source/record.ts";
import { boardSettingsSchema } from "#settings/board.ts";
import type { z } from "zod";

const LAST_NO_MOST = 999_999_999_999;

export function* boardOf(
  row: z.infer<typeof boardRow>,
  origin: Origin,
): Generator<SourceRecord & { readonly uri?: string }> {
  const uri = boardUri(row.uri);
  if (uri === null) {
    yield refused(origin, "addresses of boards have 1 to 24 letters and digits here");
    return;
  }
  const settings = settingsOf(row.settings);
  if (settings === null)
    yield refused(origin, "settings that can’t be read: it takes the usual ones");
  const title = cleanLine(row.title, 80);
  yield {
    kind: "board",
    ...origin,
    uri,
    title: title === "" ? uri : title,
    subtitle: cleanLine(row.subtitle, 200),
    settings: settings ?? {},
    ...(settings === null ? {} : { exact: true as const }),
    listed: row.listed,
    // What the other site had closed comes locked: somebody here has a look first.
    locked: row.state !== "open",
    lastNo: Math.min(row.lastNo, LAST_NO_MOST),
  };
}

function settingsOf(written: string) {
  try {
    return boardSettingsSchema.parse(JSON.parse(written));
  } catch {
    return null;
  }
}

/**
 * Rules in all their versions, and the public log. Lines of the log name rules of the board and of
 * the site that is left; the latter are kept under numbers below zero, in force nowhere.
 */
export class Log {
  readonly #board: string;
  readonly #boardId: number;
  readonly #at: number;
  readonly #sets = new Map<number, { readonly at: number; readonly rules: readonly Rule[] }>();
  /** Bans among the lines that were not taken back. */
  bans = 0;
  readonly #siteSets = new Map<number, { readonly at: number; readonly rules: readonly Rule[] }>();

  /** `at`: when the board began. */
  constructor(board: string, boardId: number, at: number) {
    this.#board = board;
    this.#boardId = boardId;
    this.#at = at;
  }

  /** A row of `rule_set`, kept; what is wrong with it. */
  addRules(row: unknown, origin: Origin): SourceRecord | null {
    const read = rulesRow.safeParse(row);
    if (!read.success) return refused(origin, faultOf(read.error));
    const { boardId, version, rules } = read.data;
    const sets = boardId === this.#boardId ? this.#sets : boardId === 0 ? this.#siteSets : null;
    if (sets === null) return refused(origin, "rules of another board");
    sets.set(version, { at: moment(read.data.at) ?? this.#at, rules });
    return null;
  }

  /** A row of `act`. */
  actOf(row: unknown, origin: Origin): SourceRecord {
    const read = actRow.safeParse(row);
    if (!read.success) return refused(origin, faultOf(read.error));
    const { id, kind, undone, ruleId, ruleVersion, ruleBoardId } = read.data;
    const at = moment(read.data.at);
    if (at === null) return refused(origin, "it has no time");
    if (kind === "ban" && !undone) this.bans += 1;
    const isSite = ruleBoardId === 0;
    const known = isSite || ruleBoardId === this.#boardId;
    const rule =
      ruleId === null || ruleVersion === null || !known
        ? null
        : { id: ruleId, version: isSite ? this.#siteVersion(ruleVersion) : ruleVersion };
    const no = postNumber(read.data.no);
    const place = { ...origin, row: id, board: this.#board };
    return { kind: "act", ...place, at, act: kind, no, undone, rule };
  }

  *rules(): Generator<SourceRecord> {
    for (const [version, set] of this.#sets) yield this.#record(version, set);
    // Nobody has written any: those that hold until then.
    const first = { at: this.#at, rules: FIRST_RULES };
    const site = this.#siteSets.has(0) ? this.#siteSets : new Map([[0, first], ...this.#siteSets]);
    for (const [version, set] of site) yield this.#record(this.#siteVersion(version), set);
  }

  #record(
    version: number,
    { at, rules }: { readonly at: number; readonly rules: readonly Rule[] },
  ): SourceRecord {
    const place = { table: "rule_set", row: String(version), board: this.#board };
    return { kind: "rules", ...place, version, at, rules };
  }

  /** Below those of sites that the board was on before. */
  #siteVersion(version: number): number {
    const lowest = Math.min(0, ...this.#sets.keys());
    return lowest - 1 - version;
  }
}

export function filterOf(row: unknown, origin: Origin, board: string): SourceRecord {
  const read = filterRow.safeParse(row);
  if (!read.success) return refused(origin, faultOf(read.error));
  const { id, kind, pattern, action, replacement, messageEn, messageFr } = read.data;
  const fields = read.data.fields as readonly FilterField[];
  const message =
    messageEn === null || messageFr === null ? null : { en: messageEn, fr: messageFr };
  const rule = { kind, pattern, fields, action, replacement, message };
  return { kind: "filter", ...origin, row: String(id), board, rule };
}
