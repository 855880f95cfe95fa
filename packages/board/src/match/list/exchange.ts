import { type HashEntry, hashValue, type Signal } from "#match/list/entry.ts";
import { ListError } from "#match/texts.ts";

/** Names by which kinds of hashes go: ThreatExchange's indicator types, and HMA's signal types. */
const NAMES: ReadonlyMap<string, Signal> = new Map([
  ["HASH_PDQ", "pdq"],
  ["HASH_MD5", "md5"],
  ["HASH_VIDEO_MD5", "md5"],
  ["HASH_SHA256", "sha256"],
  ["pdq", "pdq"],
  ["md5", "md5"],
  ["photo_md5", "md5"],
  ["video_md5", "md5"],
  ["sha256", "sha256"],
]);
const INDICATOR: Readonly<Record<Signal, string>> = {
  pdq: "HASH_PDQ",
  md5: "HASH_MD5",
  sha256: "HASH_SHA256",
};
/** What HMA's banks and the signal files of python-threatexchange call them. */
const SIGNAL_TYPE: Readonly<Record<Signal, string>> = {
  pdq: "pdq",
  md5: "video_md5",
  sha256: "sha256",
};

export type ListFormat = "threat-updates" | "bank" | "csv" | "lines";

export interface ReadList {
  readonly format: ListFormat;
  readonly entries: readonly HashEntry[];
  /** Entries of other kinds (URLs, texts, other hashes), which are not compared here. */
  readonly passedOver: number;
}

/**
 * Reads a list in any of the forms in which Hasher-Matcher-Actioner and ThreatExchange hand them on:
 * a page of /threat_updates, the signals of a bank's contents, CSV with `indicator` and `type`, or
 * lines of `signal_type value`. One bad hash refuses the list as a whole.
 */
export function readList(text: string): ReadList {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body.startsWith("{") || body.startsWith("[")) return readJson(body);
  const lines = body.split(/\r?\n/);
  return /^"?(?:indicator|type)"?\s*,/i.test(lines[0] as string)
    ? readCsv(lines)
    : readLines(lines);
}

class Reading {
  readonly entries: HashEntry[] = [];
  passedOver = 0;

  take(
    name: unknown,
    value: unknown,
    place: number,
    more: { tags?: readonly string[]; withdrawn?: boolean } = {},
  ): void {
    const signal = typeof name === "string" ? NAMES.get(name) : undefined;
    if (signal === undefined) {
      this.passedOver++;
      return;
    }
    const hash = typeof value === "string" ? hashValue(signal, value) : null;
    if (hash === null) throw new ListError("match.list_entry", place);
    this.entries.push({
      signal,
      value: hash,
      tags: more.tags ?? [],
      withdrawn: more.withdrawn ?? false,
    });
  }

  as(format: ListFormat): ReadList {
    return { format, entries: this.entries, passedOver: this.passedOver };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function readJson(body: string): ReadList {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new ListError("match.list_format", null, cause);
  }
  const page = isFields(parsed) && Array.isArray(parsed["data"]) ? parsed["data"] : parsed;
  const records: readonly unknown[] = Array.isArray(page) ? page : [page];
  const reading = new Reading();
  let banked = false;
  for (const [i, record] of records.entries()) {
    if (!isFields(record)) throw new ListError("match.list_entry", i + 1);
    if ("indicator" in record) {
      const withdrawn = record["should_delete"] === true;
      reading.take(record["type"], record["indicator"], i + 1, { withdrawn, tags: tagsOf(record) });
      continue;
    }
    banked = true;
    const signals = isFields(record["signals"]) ? record["signals"] : record;
    for (const [name, value] of Object.entries(signals)) reading.take(name, value, i + 1);
  }
  return reading.as(banked ? "bank" : "threat-updates");
}

function readCsv(lines: readonly string[]): ReadList {
  const header = cells(lines[0] as string).map((cell) => cell.toLowerCase());
  const [indicator, type, tags] = ["indicator", "type", "tags"].map((name) => header.indexOf(name));
  if (indicator === -1 || type === -1) throw new ListError("match.list_format", 1);
  const reading = new Reading();
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === "") continue;
    const row = cells(line);
    reading.take(row[type as number], row[indicator as number], i + 1, {
      tags: (row[tags as number] ?? "").split(/[;|]/).filter((tag) => tag !== ""),
    });
  }
  return reading.as("csv");
}

function readLines(lines: readonly string[]): ReadList {
  const reading = new Reading();
  for (const [i, line] of lines.entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const gap = text.indexOf(" ");
    if (gap < 0) throw new ListError("match.list_entry", i + 1);
    reading.take(text.slice(0, gap), text.slice(gap + 1), i + 1);
  }
  return reading.as("lines");
}

/** Cells of a line of CSV (RFC 4180), which holds no line breaks within cells. */
function cells(line: string): string[] {
  const out: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (line[i + 1] === '"') cell += line[i++];
      else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === ",") {
      out.push(cell.trim());
      cell = "";
    } else cell += c;
  }
  out.push(cell.trim());
  return out;
}

function tagsOf(record: Fields): readonly string[] {
  const tags = record["tags"];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes a list as one of the forms that `readList` reads; `now` in milliseconds. */
export function writeList(entries: readonly HashEntry[], format: ListFormat, now: number): string {
  switch (format) {
    case "threat-updates":
      return JSON.stringify({
        data: entries.map((entry, i) => ({
          id: String(i + 1),
          indicator: entry.value,
          type: INDICATOR[entry.signal],
          last_updated: Math.floor(now / 1000),
          should_delete: entry.withdrawn,
          tags: entry.tags,
        })),
      });
    case "bank":
      return JSON.stringify(
        kept(entries).map((entry, i) => ({
          id: i + 1,
          signals: { [SIGNAL_TYPE[entry.signal]]: entry.value },
        })),
      );
    case "csv":
      return `indicator,type,tags\n${kept(entries)
        .map((e) => `${e.value},${INDICATOR[e.signal]},${quote(e.tags.join(";"))}\n`)
        .join("")}`;
    case "lines":
      return kept(entries)
        .map((entry) => `${SIGNAL_TYPE[entry.signal]} ${entry.value}\n`)
        .join("");
  }
}

/** The forms without tombstones hold what is in force. */
function kept(entries: readonly HashEntry[]): readonly HashEntry[] {
  return entries.filter((entry) => !entry.withdrawn);
}

function quote(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
