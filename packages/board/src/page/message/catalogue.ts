import { spaced } from "@egide/web/french.ts";
import { boardsEn } from "#page/message/boards.en.ts";
import { boardsFr } from "#page/message/boards.fr.ts";
import { dueEn } from "#page/message/due.en.ts";
import { dueFr } from "#page/message/due.fr.ts";
import { moveEn } from "#page/message/move.en.ts";
import { moveFr } from "#page/message/move.fr.ts";
import { postEn } from "#page/message/post.en.ts";
import { postFr } from "#page/message/post.fr.ts";
import { siteEn } from "#page/message/site.en.ts";
import { siteFr } from "#page/message/site.fr.ts";
import { staffEn } from "#page/message/staff.en.ts";
import { staffFr } from "#page/message/staff.fr.ts";

/*
 * All that the pages say, in ICU messages: one file a room and language. The French files
 * have exactly the English ones' keys, so a message that one language lacks does not compile.
 */
export const EN = { ...siteEn, ...postEn, ...dueEn, ...staffEn, ...boardsEn, ...moveEn } as const;
export type MessageKey = keyof typeof EN;
export const FR = allSpaced({
  ...siteFr,
  ...postFr,
  ...dueFr,
  ...staffFr,
  ...boardsFr,
  ...moveFr,
});

function allSpaced(
  messages: Readonly<Record<MessageKey, string>>,
): Readonly<Record<MessageKey, string>> {
  const entries = Object.entries(messages).map(([key, text]) => [key, spaced(text)]);
  return Object.fromEntries(entries) as Record<MessageKey, string>;
}
