import { randomBytes } from "node:crypto";
import type { BoardApp } from "@egide/board/app.ts";
import { appoint } from "@egide/board/moderation/service/staff.ts";
import { openBoards } from "@egide/board/store/boards.ts";
import { createBoard } from "@egide/board/thread/boards.ts";
import { post } from "@egide/board/thread/posting/post.ts";
import { SEEDS } from "#board/seed-text.ts";

export interface FirstStaff {
  readonly name: string;
  readonly password: string;
}

/** Whoever was cut off in the middle is followed by the next who starts after this. */
const SEED_MS = 60_000;

/** Fills a board that has none: two boards with a thread or two, and somebody who may moderate. */
export async function seed(app: BoardApp): Promise<FirstStaff | null> {
  const { threads } = app.site;
  if ((await openBoards(threads.store.kysely, true)).length > 0) return null;
  // Of several processes that begin on empty records one does it.
  if (!(await app.claim("seed", SEED_MS))) return null;
  for (const { uri, title, subtitle, texts } of SEEDS) {
    await createBoard(threads, { uri, title, subtitle, ownerId: null, staff: true });
    for (const [subject, opening, ...replies] of texts) {
      const { no } = await post(threads, draft(uri, null, subject, opening));
      for (const reply of replies) {
        await post(threads, draft(uri, no, "", reply.replaceAll("{no}", String(no))));
      }
    }
  }
  const name = "admin";
  const password = randomBytes(12).toString("base64url");
  const person = await app.accounts.create(name, password);
  await appoint(app.moderation, null, {
    accountId: person.id,
    name,
    grant: { role: "admin", boardId: null },
  });
  return { name, password };
}

function draft(board: string, threadNo: number | null, subject: string, text: string) {
  return {
    board,
    threadNo,
    name: "",
    subject,
    text,
    sage: false,
    password: "",
    poster: {
      sessionHash: "seed",
      addressHash: null,
      prefixHash: null,
      addressPeriod: null,
      address: null,
      country: null,
    },
    staff: { staffId: "seed", capcode: "Égide" },
  };
}
