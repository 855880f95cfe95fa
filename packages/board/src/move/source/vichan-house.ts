import type { Role } from "#moderation/permission.ts";
import { boardUri, cleanLine, moment, postNumber } from "#move/source/clean.ts";
import { htmlToText } from "#move/source/html-text.ts";
import { type Origin, refused, type SourceRecord } from "#move/source/record.ts";
import type { RowReader } from "#move/source/sql-row.ts";

/**
 * Bans of vichan (two addresses as bytes: from and to) and of Tinyboard before it (one as text, with
 * `/24` or with `*` for what is left open).
 */
export function banOf(row: RowReader, origin: Origin): SourceRecord {
  const range = rangeOf(row);
  if (typeof range === "string") return refused(origin, range);
  const startsAt = moment((row.number("created") ?? row.number("set") ?? 0) * 1000);
  if (startsAt === null) return refused(origin, "it has no beginning");
  const ends = row.number("expires");
  const written = row.text("board") ?? "";
  const board = written === "" ? null : written;
  return {
    kind: "ban",
    ...origin,
    board,
    ...range,
    startsAt,
    endsAt: ends === null || ends === 0 ? null : moment(ends * 1000),
    reason: cleanLine(htmlToText(row.text("reason") ?? ""), 1000),
  };
}

function rangeOf(row: RowReader): { address: string; bits: number | null } | string {
  const start = row.bytes("ipstart");
  if (start !== null) {
    const address = formatIp(start);
    if (address === null) return "it names no address";
    const end = row.bytes("ipend");
    if (end === null || end.length === 0) return { address, bits: null };
    const bits = bitsBetween(start, end);
    return bits === null ? "a range that is no network" : { address, bits };
  }
  const text = (row.text("ip") ?? row.text("mask") ?? "").trim();
  const star = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.\*/.exec(text);
  if (star !== null) {
    const parts = (star[1] as string).split(".");
    const address = [...parts, "0", "0", "0"].slice(0, 4).join(".");
    return { address, bits: parts.length * 8 };
  }
  const [address = "", bits] = text.split("/");
  if (address === "") return "it names no address";
  return { address, bits: bits === undefined ? null : Number(bits) };
}

/** 4 or 16 bytes, as `inet_pton` makes them; null where they are something else. */
function formatIp(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return null;
  return (Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? []).join(":");
}

/** Length of the network from the first to the last address; null where they make none. */
function bitsBetween(start: Uint8Array, end: Uint8Array): number | null {
  if (start.length !== end.length) return null;
  let bits = 0;
  let open = false;
  for (const [i, from] of start.entries()) {
    const to = end[i] as number;
    for (let bit = 7; bit >= 0; bit--) {
      const a = (from >> bit) & 1;
      const b = (to >> bit) & 1;
      if (!open && a === b) bits += 1;
      else {
        open = true;
        if (a !== 0 || b !== 1) return null;
      }
    }
  }
  return bits;
}

export function reportOf(row: RowReader, origin: Origin): SourceRecord {
  const board = row.text("board");
  const no = postNumber(row.number("post"));
  if (board === null || no === null) return refused(origin, "it names no post");
  return { kind: "report", ...origin, board, no, text: htmlToText(row.text("reason") ?? "") };
}

/** vichan's levels; 99 and above are switched off, and what lies between was made by the site. */
function roleOf(level: number): "janitor" | "moderator" | "admin" | null {
  if (level >= 99) return null;
  if (level >= 30) return "admin";
  return level >= 20 ? "moderator" : "janitor";
}

/** Whoever moderated is invited to do so again: names and roles, never passwords. */
export function* staffOf(row: RowReader, origin: Origin): Generator<SourceRecord> {
  const name = cleanLine(row.text("username") ?? "", 60);
  const kind = roleOf(row.number("type") ?? 99);
  if (name === "" || kind === null) {
    yield refused(origin, "the account was switched off, or has no name");
    return;
  }
  const written = (row.text("boards") ?? "").trim();
  if (kind === "admin" || written === "*") {
    const role: Role = kind === "admin" ? "admin" : "global-moderator";
    if (kind === "janitor") yield refused(origin, "a janitor of all boards: appoint them by hand");
    else yield { kind: "staff", ...origin, name, role, board: null };
    return;
  }
  const boards = written
    .split(/[\s,]+/)
    .map(boardUri)
    .filter((uri) => uri !== null);
  if (boards.length === 0) yield refused(origin, "an account of no board");
  for (const board of boards) {
    const role: Role = kind === "janitor" ? "janitor" : "board-moderator";
    yield { kind: "staff", ...origin, row: `${origin.row} ${board}`, name, role, board };
  }
}
