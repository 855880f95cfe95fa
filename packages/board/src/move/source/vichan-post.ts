import {
  cleanLine,
  cleanText,
  countryCode,
  moment,
  postNumber,
  tripcode,
} from "#move/source/clean.ts";
import { decodeEntities, htmlToText } from "#move/source/html-text.ts";
import { fromVichan, takeModifiers } from "#move/source/markup.ts";
import { type Origin, refused, type SourceRecord } from "#move/source/record.ts";
import type { RowReader } from "#move/source/sql-row.ts";
import { filesOf } from "#move/source/vichan-files.ts";

/** A row of `posts_…`; what is odd about its files is told beside it. */
export function* postOf(row: RowReader, board: string, origin: Origin): Generator<SourceRecord> {
  const no = postNumber(row.number("id"));
  if (no === null) {
    yield refused(origin, "its number is none");
    return;
  }
  const written = row.number("thread");
  const threadNo = written === null || written === 0 ? null : postNumber(written);
  if (written !== null && written !== 0 && threadNo === null) {
    yield refused(origin, "the number of its thread is none");
    return;
  }
  const createdAt = moment((row.number("time") ?? 0) * 1000);
  if (createdAt === null) {
    yield refused(origin, "it has no time");
    return;
  }
  const { text, modifiers } = textOf(row);
  const { files, faults } = filesOf(row, board);
  for (const fault of faults) yield refused(origin, fault);
  const capcode = cleanLine(decodeEntities(row.text("capcode") ?? ""), 60);
  const embed = row.text("embed") ?? "";
  yield {
    kind: "post",
    ...origin,
    board,
    no,
    threadNo,
    createdAt,
    name: cleanLine(row.text("name") ?? "", 100),
    trip: tripcode(row.text("trip") ?? ""),
    capcode: capcode === "" ? null : capcode,
    subject: cleanLine(row.text("subject") ?? "", 200),
    sage: (row.text("email") ?? "").trim().toLowerCase() === "sage",
    text: withEmbed(text, embed),
    // Made from addresses there; without those nobody could continue them.
    posterId: null,
    country: countryCode(modifiers.get("flag") ?? ""),
    address: row.text("ip"),
    editedAt: null,
    // What they showed stands in the text.
    dice: [],
    files,
    thread:
      threadNo !== null
        ? null
        : {
            bumpedAt: moment((row.number("bump") ?? 0) * 1000) ?? createdAt,
            sticky: row.flag("sticky"),
            locked: row.flag("locked"),
            bumpLocked: row.flag("sage"),
            cyclic: row.flag("cycle"),
            archivedAt: null,
          },
  };
}

function textOf(row: RowReader): {
  readonly text: string;
  readonly modifiers: ReadonlyMap<string, string>;
} {
  const plain = row.text("body_nomarkup");
  if (plain === null) return { text: htmlToText(row.text("body") ?? ""), modifiers: new Map() };
  const { text, modifiers } = takeModifiers(plain);
  const raw = modifiers.get("raw html") === "1";
  const own = raw ? htmlToText(text) : fromVichan(text);
  const ban = cleanText(modifiers.get("ban message") ?? "").trim();
  return {
    text: ban === "" ? own : `${own}\n\n'''(${htmlToText(ban).replaceAll("'''", "")})'''`,
    modifiers,
  };
}

/** A film that stood in the post from elsewhere becomes its address: nothing is embedded here. */
function withEmbed(text: string, embed: string): string {
  const found = /https?:\/\/[^\s"'<>]{4,500}/i.exec(decodeEntities(embed));
  if (found === null || text.includes(found[0])) return text;
  return text === "" ? found[0] : `${text}\n\n${found[0]}`;
}
