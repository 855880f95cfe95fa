import { Once, ONCE_WORDS } from "@egide/challenge/verify/once.ts";
import { createLimitMemory } from "@egide/limit/cells.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { Secret } from "#app/secret.ts";
import type { AddressHasher } from "#filter/address.ts";
import { afterPosting } from "#filter/after.ts";
import { DEFAULT_FLOOD, Flood } from "#filter/flood.ts";
import { postingGuards } from "#filter/guards.ts";
import { PostingProof } from "#filter/proof.ts";
import { Recent } from "#filter/recent.ts";
import { Screen } from "#filter/screen.ts";
import type { MediaStore } from "#media/store/store.ts";
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

const RECENT_MOST = 20_000;
const RECENT_MS = 600_000;
const COUNTERS = 1 << 16;

export async function defences(
  store: Store,
  media: MediaStore,
  hasher: AddressHasher,
  secret: Secret,
  clock: Clock,
): Promise<Defences> {
  const screen = new Screen();
  const refresh = (): Promise<void> => screen.refresh(store.kysely);
  await refresh();
  const recent = new Recent(RECENT_MOST, RECENT_MS);
  const once = new Once(new SharedArrayBuffer(ONCE_WORDS * 4));
  const guards = postingGuards({
    store,
    clock,
    screen,
    recent,
    flood: new Flood(new Limiter(createLimitMemory(COUNTERS)), secret.of("flood", 8)),
    floodSettings: DEFAULT_FLOOD,
    proof: new PostingProof(secret.of("proof"), "board", once),
    dnsbl: null,
    media,
    settings: {
      linksMost: 20,
      // The edge in front asks for work already; forms that ask again are not drawn yet.
      proofOfNewcomers: false,
      duplicateFilesRefused: false,
      dnsbl: "off",
    },
  });
  return {
    guards: [banGuard(store, hasher, () => clock.now()), ...guards],
    afterWrite: [afterPosting(recent, clock)],
    refresh,
  };
}
