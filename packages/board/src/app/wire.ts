import { Listener } from "@egide/sql/postgres/listen.ts";
import type { Clock } from "@egide/std/clock.ts";
import { z } from "zod";
import { every, type Job } from "#job/every.ts";
import type { Store } from "#store/open.ts";
import { LIVE_CHANNEL } from "#thread/announce.ts";
import type { Events } from "#thread/events.ts";

/** How often an SQLite file is asked for what other processes wrote. */
const LOOK_MS = 200;
const AT_ONCE = 500;
/** Who sleeps longer than this has missed something. */
const KEEP_MS = 5 * 60_000;

const heardSchema = z.object({
  kind: z.enum(["post", "changed", "removed", "thread-removed"]),
  board: z.string(),
  threadNo: z.number(),
  no: z.number(),
  media: z.array(z.string()).optional(),
  from: z.string(),
});

export interface WireOptions {
  readonly database: string;
  readonly store: Store;
  readonly events: Events;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
}

/** Hears what other processes on the same records announce, and tells it to this one's listeners. */
export interface Wire {
  stop(): Promise<void>;
}

export async function openWire(options: WireOptions): Promise<Wire> {
  return options.store.engine === "postgres" ? overPostgres(options) : overFile(options);
}

async function overPostgres({ database, events, clock, report }: WireOptions): Promise<Wire> {
  const listener = new Listener(database, {
    clock,
    channel: LIVE_CHANNEL,
    onMessage(text) {
      try {
        hear(events, text);
      } catch (error) {
        report(error);
      }
    },
    onGap: () => events.lose(),
    onError: report,
  });
  await listener.start();
  return listener;
}

async function overFile({ store, events, clock, report }: WireOptions): Promise<Wire> {
  const db = store.kysely;
  const newest = await db
    .selectFrom("live_event")
    .select((row) => row.fn.max("seq").as("seq"))
    .executeTakeFirst();
  let last = newest?.seq ?? 0;
  const look = async (): Promise<void> => {
    for (;;) {
      const rows = await db
        .selectFrom("live_event")
        .select(["seq", "event"])
        .where("seq", ">", last)
        .orderBy("seq")
        .limit(AT_ONCE)
        .execute();
      const first = rows[0]?.seq ?? last + 1;
      // What was let go before this process read it is missing.
      if (last > 0 && first > last + 1) events.lose();
      for (const { seq, event } of rows) {
        last = seq;
        hear(events, event);
      }
      if (rows.length < AT_ONCE) return;
    }
  };
  const forget = () =>
    db
      .deleteFrom("live_event")
      .where("at", "<", clock.now() - KEEP_MS)
      .execute();
  const jobs: readonly Job[] = [
    every(clock, LOOK_MS, look, report),
    every(clock, KEEP_MS / 5, forget, report),
  ];
  return {
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}

/** What this process announced for itself it has told its listeners already. */
function hear(events: Events, text: string): void {
  const { from, media, ...event } = heardSchema.parse(JSON.parse(text));
  if (from === events.id) return;
  events.publish(media === undefined ? event : { ...event, media });
}
