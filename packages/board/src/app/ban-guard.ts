import { parse } from "#markup/parse.ts";
import type { AddressHasher } from "#filter/address.ts";
import { keyOf } from "#moderation/ban.ts";
import { Decided } from "#moderation/decided.ts";
import { bansAgainst, untold } from "#moderation/service/poster.ts";
import type { Store } from "#store/open.ts";
import type { Guard, Objection } from "#thread/posting/guard.ts";
import { resolveQuotes } from "#thread/posting/quotes.ts";

/** Nobody who is banned posts; the refusal leads to the decision, with its reason and its appeal. */
export function banGuard(
  store: Store,
  hasher: Pick<AddressHasher, "allHashes">,
  now: () => number,
): Guard {
  return {
    stage: "early",
    async judge({ draft: { poster, staff }, board, thread, text }) {
      if (staff !== null) return [];
      const hashes = poster.address === null ? [] : hasher.allHashes(poster.address);
      const ban = await bansAgainst(
        store.kysely,
        {
          sessionHash: poster.sessionHash,
          addressHashes: hashes.map(({ addressHash }) => addressHash),
          prefixHashes: hashes.map(({ prefixHash }) => prefixHash),
        },
        {
          boardId: board.id,
          threadNo: thread?.no ?? null,
          async quotes() {
            const found = await resolveQuotes(store.kysely, board, parse(text));
            return new Set(
              [...found.values()].flatMap(({ boardId, no }) =>
                no === null ? [] : [keyOf(boardId, no)],
              ),
            );
          },
        },
        now(),
      );
      return ban === null ? [] : refusal("board.banned", ban.actId);
    },
  };
}

/** Who was warned, or had a post removed, reads why before they write again. */
export function unreadGuard(store: Store): Guard {
  return {
    stage: "early",
    async judge({ draft: { poster, staff } }) {
      if (staff !== null) return [];
      const [actId] = await untold(store.kysely, poster.sessionHash);
      return actId === undefined ? [] : refusal("board.unread", actId);
    },
  };
}

function refusal(code: "board.banned" | "board.unread", actId: string): readonly Objection[] {
  return [{ kind: "refuse", error: new Decided(code, actId) }];
}
