import type { Clock } from "@egide/std/clock.ts";
import { afterPosting } from "#filter/after.ts";
import { type ProofDoor, proofDoor } from "#filter/ask.ts";
import { Counting } from "#filter/counted.ts";
import { Dnsbl } from "#filter/dnsbl.ts";
import { postingGuards } from "#filter/guards.ts";
import type { Limits } from "#filter/limits.ts";
import { PostingProof } from "#filter/proof.ts";
import { Screen } from "#filter/screen.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { FilterSettings } from "#settings/filter.ts";
import type { Store } from "#store/open.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

const DNSBL_KEEP_MS = 3_600_000;

export interface FilterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly media: MediaStore;
  /** 32 bytes of this room's own. */
  readonly secret: Uint8Array;
  readonly limits: Limits;
  readonly settings: FilterSettings;
}

/** This room, ready for app.ts: guards and what comes after a post; `refresh` every few seconds. */
export interface OpenFilters {
  readonly guards: readonly Guard[];
  readonly afterWrite: AfterWrite;
  readonly proof: ProofDoor;
  /** Takes over what staff changed, here or in another process. */
  readonly refresh: () => Promise<void>;
}

export async function openFilters(parts: FilterParts): Promise<OpenFilters> {
  const { store, clock, media, secret, limits, settings } = parts;
  const { zones, timeoutMs, servers, action } = settings.dnsbl;
  const screen = new Screen();
  await screen.refresh(store.kysely);
  const counting = new Counting(limits);
  const proof = new PostingProof(secret, "instance", settings.proof.difficulty);
  const admitting = { ...settings, dnsbl: action };
  const guards = postingGuards({
    store,
    clock,
    screen,
    counting,
    floodSettings: settings,
    recentMs: settings.recentMinutes * 60_000,
    proof,
    dnsbl:
      zones.length === 0
        ? null
        : new Dnsbl({ zones, timeoutMs, servers, keepMs: DNSBL_KEEP_MS }, clock),
    media,
    settings: admitting,
  });
  return {
    guards,
    afterWrite: afterPosting(counting, clock),
    proof: proofDoor({
      store,
      clock,
      proof,
      settings: admitting,
      waitSeconds: settings.proof.waitSeconds,
    }),
    refresh: () => screen.refresh(store.kysely),
  };
}
