import { signingKeyOf } from "@egide/contract/signing.ts";
import { Outbox } from "@egide/sql/outbox/outbox.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { dueDoor } from "#api/due-door.ts";
import type { DueDoor } from "#api/site.ts";
import { type Defences, defences } from "#app/guards.ts";
import { forgetFound, postDoor } from "#app/post-door.ts";
import { AddressHasher, KEY_DAYS, KEYS_KEPT } from "#filter/address.ts";
import { Limits } from "#filter/limits.ts";
import { ALL_MEDIA_TAG, mediaTag } from "#media/serve.ts";
import { DecisionTokens } from "#moderation/decision-token.ts";
import type { Grant } from "#moderation/permission.ts";
import type { ModerationDeps } from "#moderation/service/deps.ts";
import { mustKeep } from "#moderation/service/keep.ts";
import { appoint } from "#moderation/service/staff.ts";
import { MemoryMedia } from "#moderation/testing/history/memory-media.ts";
import { deliveries } from "#provider/deliver.ts";
import type { EdgePurge, ProviderDeps } from "#provider/deps.ts";
import { providerDoor } from "#provider/door.ts";
import type { BoardSettings } from "#settings/board.ts";
import { filterSettingsSchema } from "#settings/filter.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { providerSettingsSchema } from "#settings/provider.ts";
import { AddressKeys } from "#store/address-keys.ts";
import { insertBoard } from "#store/boards.ts";
import { openStore, type Store } from "#store/open.ts";
import type { ThreadContext } from "#thread/context.ts";
import { type BoardEvent, Events } from "#thread/events.ts";
import { Previews } from "#thread/previews.ts";

const URL = "https://board.test";
const often = { seconds: 0.01, burst: 10_000 };

/** The whole board behind its pages, put together as app.ts does, with time and an edge of the test's. */
export interface World {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly threads: ThreadContext;
  readonly previews: () => Previews;
  readonly deps: ModerationDeps;
  readonly due: DueDoor;
  readonly media: MemoryMedia;
  /** Hashes of files that an edge keeps: of all that it could ever have, less what it was told to forget. */
  readonly edge: Set<string>;
  /** Delivers what waits, and lets the edge hear what was announced. */
  settle(): Promise<void>;
  /** Takes over changes of lists. */
  refresh(): Promise<void>;
  /** As if the process ended and another began: what was kept in memory is gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const BOARDS: readonly (readonly [string, Partial<BoardSettings>])[] = [
  // Threads fall off its end for good, and files wait for approval.
  [
    "a",
    { archive: false, threadsPerPage: 3, pages: 1, bumpLimit: 2, approval: approvalOf("media") },
  ],
  ["b", { archiveDays: 1, threadsPerPage: 2, pages: 2, bumpLimit: 3, previewReplies: 2 }],
  ["c", { approval: approvalOf("threads") }],
];

function approvalOf(what: "media" | "threads"): BoardSettings["approval"] {
  return { posts: false, threads: false, media: false, newPosters: 0, [what]: true };
}

export const STAFF: readonly (readonly [string, Grant])[] = [
  ["ada", { role: "admin", boardId: null }],
  ["gil", { role: "global-moderator", boardId: null }],
  ["gus", { role: "global-moderator", boardId: null }],
  ["oli", { role: "board-owner", boardId: 1 }],
  ["mia", { role: "board-moderator", boardId: 1 }],
  ["jan", { role: "janitor", boardId: 1 }],
  ["ben", { role: "board-moderator", boardId: 2 }],
  ["bea", { role: "board-owner", boardId: 2 }],
];

export async function openWorld(url: string): Promise<World> {
  const store = await openStore(url);
  const clock = new FakeClock();
  const media = new MemoryMedia(clock);
  const cached = new Set<string>();
  const forget = (sha256s: Iterable<string>): void => {
    for (const sha256 of sha256s) cached.delete(sha256);
  };
  const edge: EdgePurge = {
    async purge({ tags }) {
      if (tags.includes(ALL_MEDIA_TAG)) cached.clear();
      forget([...cached].filter((sha256) => tags.includes(mediaTag(sha256))));
      return clock.now();
    },
  };
  const provider: ProviderDeps = {
    store,
    clock,
    settings: providerSettingsSchema.parse({
      contact: { org: "Test board", contact: "abuse@board.test", domain: "board.test" },
    }),
    siteUrl: URL,
    key: signingKeyOf(new Uint8Array(32).fill(1)),
    edge,
    media,
    kick: () => undefined,
  };
  const outbox = new Outbox(store, { clock, random: () => 0.5, handlers: deliveries(provider) });
  const hasher = new AddressHasher(new AddressKeys(store), KEY_DAYS, KEYS_KEPT);
  await hasher.turn(clock.now());
  const openDefences = (): Promise<Defences> =>
    defences(
      {
        store,
        clock,
        media,
        secret: new Uint8Array(32).fill(4),
        limits: new Limits(store, clock, new Uint8Array(32).fill(7)),
        settings: filterSettingsSchema.parse({
          threads: often,
          replies: often,
          prefix: often,
          recentMinutes: 1,
        }),
      },
      hasher,
    );
  let defence = await openDefences();
  let previews = new Previews();
  const threads: ThreadContext = {
    store,
    clock,
    settings: instanceSettingsSchema.parse({ url: URL, name: "Test boards" }),
    secret: new Uint8Array(32).fill(5),
    events: new Events(),
    get guards() {
      return defence.guards;
    },
    get afterWrite() {
      return [...defence.afterWrite, forgetFound({ store }, provider)];
    },
    mustKeep,
    random: () => 0.5,
  };
  const deps: ModerationDeps = {
    store,
    clock,
    posts: postDoor(threads, provider),
    kick: () => undefined,
    siteUrl: URL,
    sealKey: new Uint8Array(32).fill(2),
    provider: providerDoor(provider),
  };
  for (const [uri, settings] of BOARDS) {
    const row = {
      uri,
      title: uri,
      subtitle: "",
      state: "open",
      ownerId: null,
      listed: true,
    } as const;
    await insertBoard(store.kysely, { ...row, settings }, clock.now());
  }
  for (const [accountId, grant] of STAFF) {
    await appoint({ store, clock }, null, { accountId, name: accountId, grant });
  }
  let heard = 0;
  return {
    store,
    clock,
    threads,
    previews: () => previews,
    deps,
    due: dueDoor(deps, new DecisionTokens(new Uint8Array(32).fill(6))),
    media,
    edge: cached,
    async settle() {
      let delivered = 1;
      while (delivered > 0) {
        delivered = (await outbox.runDue("urgent")) + (await outbox.runDue("ordinary"));
      }
      // PostgreSQL carries announcements by NOTIFY: there the outbox alone has to do (see truths.ts).
      const rows = await store.kysely
        .selectFrom("live_event")
        .selectAll()
        .where("seq", ">", heard)
        .orderBy("seq")
        .execute();
      for (const { seq, event } of rows) {
        heard = seq;
        forget((JSON.parse(event) as BoardEvent).media ?? []);
      }
    },
    refresh: () => defence.refresh(),
    async restart() {
      defence = await openDefences();
      previews = new Previews();
    },
    close: () => store.close(),
  };
}
