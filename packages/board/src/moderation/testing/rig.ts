import { signingKeyOf } from "@egide/contract/signing.ts";
import type { Clock } from "@egide/std/clock.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { Grant } from "#moderation/permission.ts";
import type { Actor, ModerationDeps, PostDoor } from "#moderation/service/deps.ts";
import { appoint } from "#moderation/service/staff.ts";
import type { EdgePurge, ProviderDeps } from "#provider/deps.ts";
import { providerDoor } from "#provider/door.ts";
import { type ProviderSettings, providerSettingsSchema } from "#settings/provider.ts";
import { openStore, type Store } from "#store/open.ts";

/** Changes the post's own row: all that these tests look at. */
const posts: PostDoor = {
  async setState(trx, postId, state) {
    await trx.updateTable("post").set({ state }).where("id", "=", postId).execute();
  },
  async moveThread(trx, postId, boardId) {
    await trx.updateTable("post").set({ boardId }).where("id", "=", postId).execute();
  },
  async turnBoard() {
    // These tests have no copies elsewhere.
  },
};

/** The posts of these tests have no files that could be sealed. */
const NO_MEDIA: MediaStore = {
  put: async () => undefined,
  open: async () => null,
  remove: async () => undefined,
  seal: async () => undefined,
  putSealed: async () => undefined,
  unseal: async () => undefined,
  openSealed: async () => null,
  modified: async () => null,
  async *list() {
    // Nothing.
  },
};

export interface RigOptions<C extends Clock> {
  readonly clock: C;
  readonly settings?: Partial<ProviderSettings>;
  readonly edge?: EdgePurge | null;
  readonly kick?: () => void;
}

export interface Rig<C extends Clock = FakeClock> {
  readonly store: Store;
  readonly clock: C;
  readonly deps: ModerationDeps;
  readonly provider: ProviderDeps;
  readonly addPost: (change?: Partial<PostValues>) => Promise<number>;
  readonly addStaff: (id: string, grant: Grant) => Promise<Actor>;
  readonly close: () => Promise<void>;
}

type PostValues = ReturnType<typeof postValues>;

/** Moderation and the provider's side over an empty store with one board, `b`, number 1. */
export async function moderationRig<C extends Clock = FakeClock>(
  url: string,
  options: RigOptions<C>,
): Promise<Rig<C>> {
  const store = await openStore(url);
  const { clock, edge = null, kick = () => undefined } = options;
  await store.kysely
    .insertInto("board")
    .values([boardValues("b"), boardValues("c")])
    .execute();
  const settings = providerSettingsSchema.parse({
    contact: { org: "Test board", contact: "abuse@board.test", domain: "board.test" },
    ...options.settings,
  });
  const provider: ProviderDeps = {
    store,
    clock,
    settings,
    siteUrl: "https://board.test",
    key: signingKeyOf(new Uint8Array(32).fill(1)),
    edge,
    media: NO_MEDIA,
    kick,
  };
  const deps: ModerationDeps = {
    store,
    clock,
    posts,
    kick,
    siteUrl: provider.siteUrl,
    sealKey: new Uint8Array(32).fill(2),
    provider: providerDoor(provider),
  };
  let no = 0;
  return {
    store,
    clock,
    deps,
    provider,
    async addPost(change = {}) {
      no += 1;
      const values = { ...postValues(no, clock.now()), ...change };
      const row = await store.kysely
        .insertInto("post")
        .values(values)
        .returning("id")
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async addStaff(id, grant) {
      await appoint({ store, clock }, null, { accountId: id, name: id, grant });
      return { id, name: id, grants: [grant] };
    },
    close: () => store.close(),
  };
}

export function fakeClock(): FakeClock {
  return new FakeClock();
}

function boardValues(uri: string) {
  return {
    uri,
    title: uri,
    subtitle: "",
    state: "open" as const,
    ownerId: null,
    createdAt: 0,
    settings: "{}",
    lastNo: 0,
    rulesVersion: 0,
    version: 0,
    lastPostAt: null,
    listed: 1,
  };
}

function postValues(no: number, createdAt: number) {
  return {
    boardId: 1,
    no,
    threadNo: 1,
    createdAt,
    name: "Anonymous",
    trip: null,
    capcode: null,
    subject: "",
    sage: 0,
    text: `Words of post ${no}`,
    html: "",
    posterId: null,
    country: null,
    sessionHash: "session" as string | null,
    addressHash: "address" as string | null,
    prefixHash: "prefix" as string | null,
    addressPeriod: 1,
    deletion: null,
    state: "visible" as "visible" | "held" | "hidden" | "removed",
    editedAt: null,
    editedBy: null,
    files: "[]",
    backlinks: "[]",
    dice: "[]",
    version: 0,
  };
}
