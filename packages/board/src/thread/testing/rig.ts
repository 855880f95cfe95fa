import { FakeClock } from "@egide/std/fake-clock.ts";
import type { BoardSettings } from "#settings/board.ts";
import { type InstanceSettings, instanceSettingsSchema } from "#settings/instance.ts";
import { insertBoard } from "#store/boards.ts";
import { openStore } from "#store/open.ts";
import type { ThreadContext } from "#thread/context.ts";
import { Events } from "#thread/events.ts";
import { Previews } from "#thread/previews.ts";
import type { Draft, DraftFile } from "#thread/posting/draft.ts";
import { post } from "#thread/posting/post.ts";

export interface Rig extends ThreadContext {
  readonly clock: FakeClock;
  readonly previews: Previews;
  board(uri: string, settings?: Partial<BoardSettings>): Promise<number>;
  write(draft: Partial<Draft>, files?: readonly DraftFile[]): ReturnType<typeof post>;
  close(): Promise<void>;
}

/** The services of threads over an empty store, with a clock that the test moves. */
export async function threadRig(
  url: string,
  more: Partial<Pick<ThreadContext, "guards" | "afterWrite" | "mustKeep" | "random">> = {},
  instance: Partial<InstanceSettings> = {},
): Promise<Rig> {
  const store = await openStore(url);
  const clock = new FakeClock();
  const context: ThreadContext = {
    store,
    clock,
    settings: instanceSettingsSchema.parse(instance),
    secret: new Uint8Array(32).fill(1),
    events: new Events(),
    guards: [],
    afterWrite: [],
    mustKeep: async () => new Set<number>(),
    random: () => 0.5,
    ...more,
  };
  return {
    ...context,
    clock,
    previews: new Previews(),
    async board(uri, settings = {}) {
      const row = { uri, title: uri, subtitle: "", ownerId: null, listed: true } as const;
      return insertBoard(store.kysely, { ...row, state: "open", settings }, clock.now());
    },
    write(draft, files = []) {
      clock.advance(1000);
      const whole = { ...draftOf("b"), ...draft };
      return post(context, whole, { count: files.length, take: async () => files });
    },
    close: () => store.close(),
  };
}

export function draftOf(board: string, more: Partial<Draft> = {}): Draft {
  return {
    board,
    threadNo: null,
    name: "",
    subject: "",
    text: "Hello",
    sage: false,
    password: "",
    poster: {
      sessionHash: "session",
      addressHash: "address",
      prefixHash: "prefix",
      addressPeriod: 1,
      address: "192.0.2.1",
      country: "FR",
    },
    staff: null,
    ...more,
  };
}

export function fileOf(letter: string): DraftFile {
  return {
    sha256: letter.repeat(64),
    md5: letter.repeat(32),
    pdq: null,
    originalHash: letter.repeat(64),
    kind: "png",
    filename: `${letter}.png`,
    bytes: 100,
    width: 10,
    height: 10,
    durationMs: null,
    thumb: { width: 5, height: 5, kind: "webp" },
    spoiler: false,
  };
}
