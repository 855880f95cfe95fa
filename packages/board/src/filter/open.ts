import { Once, ONCE_WORDS } from "@egide/challenge/verify/once.ts";
import { createLimitMemory } from "@egide/limit/cells.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import type { Clock } from "@egide/std/clock.ts";
import { afterPosting } from "#filter/after.ts";
import { type ProofDoor, proofDoor } from "#filter/ask.ts";
import { Dnsbl } from "#filter/dnsbl.ts";
import { Flood } from "#filter/flood.ts";
import { postingGuards } from "#filter/guards.ts";
import { PostingProof } from "#filter/proof.ts";
import { Recent } from "#filter/recent.ts";
import { Screen } from "#filter/screen.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { FilterSettings } from "#settings/filter.ts";
import type { Store } from "#store/open.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

const FLOOD_BYTES = 1 << 20;
const RECENT_MOST = 50_000;
const DNSBL_KEEP_MS = 3_600_000;

export interface FilterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly media: MediaStore;
  /** 32 bytes of this room's own. */
  readonly secret: Uint8Array;
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
  const { store, clock, media, secret, settings } = parts;
  const { zones, timeoutMs, servers, action } = settings.dnsbl;
  const screen = new Screen();
  await screen.refresh(store.kysely);
  const recent = new Recent(RECENT_MOST, settings.recentMinutes * 60_000);
  const used = new Once(new SharedArrayBuffer(ONCE_WORDS * 4));
  const proof = new PostingProof(secret, "instance", used, settings.proof.difficulty);
  const admitting = { ...settings, dnsbl: action };
  const guards = postingGuards({
    store,
    clock,
    screen,
    recent,
    flood: new Flood(new Limiter(createLimitMemory(FLOOD_BYTES)), secret.slice(0, 8)),
    floodSettings: settings,
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
    afterWrite: afterPosting(recent, clock),
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
