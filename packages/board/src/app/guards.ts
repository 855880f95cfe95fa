import { AppError } from "@egide/std/error.ts";
import { approvalGuard, queueForApproval } from "#app/approval.ts";
import type { AddressHasher } from "#filter/address.ts";
import { type FilterParts, openFilters } from "#filter/open.ts";
import { bansAgainst } from "#moderation/service/poster.ts";
import type { Store } from "#store/open.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

/** Nobody who is banned posts; the decision, with its reason and its appeal, is named in the refusal. */
function banGuard(store: Store, hasher: AddressHasher, now: () => number): Guard {
  return {
    stage: "early",
    async judge({ draft: { poster, staff }, board, thread }) {
      if (staff !== null) return [];
      const hashes = poster.address === null ? [] : hasher.allHashes(poster.address);
      const ban = await bansAgainst(
        store.kysely,
        {
          sessionHash: poster.sessionHash,
          addressHashes: hashes.map(({ addressHash }) => addressHash),
          prefixHashes: hashes.map(({ prefixHash }) => prefixHash),
        },
        { boardId: board.id, threadNo: thread?.no ?? null },
        now(),
      );
      if (ban === null) return [];
      const error = new AppError({
        code: "board.banned",
        source: "client",
        retry: false,
        publicMessage: `You are banned from posting here: see /decision/${ban.actId}.`,
      });
      return [{ kind: "refuse", error }];
    },
  };
}

/** Everything that stands between a draft and the board. */
export interface Defences {
  readonly guards: readonly Guard[];
  readonly afterWrite: readonly AfterWrite[];
  /** Takes over what staff changed of filters and lists. */
  refresh(): Promise<void>;
}

export async function defences(parts: FilterParts, hasher: AddressHasher): Promise<Defences> {
  const { guards, afterWrite, refresh } = await openFilters(parts);
  const { store, clock } = parts;
  return {
    guards: [banGuard(store, hasher, () => clock.now()), ...guards, approvalGuard(store)],
    // What a list or a filter found tells staff more than that it waits: it comes last.
    afterWrite: [queueForApproval, afterWrite],
    refresh,
  };
}
