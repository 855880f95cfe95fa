import type { Figures } from "@egide/contract/abuse/figures.ts";
import { signProof } from "@egide/contract/abuse/proof.ts";
import { CATEGORY_NAMES } from "#moderation/category.ts";
import { spreadOf } from "#moderation/spread.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { tell } from "#provider/message.ts";
import type { Db } from "#store/open.ts";

export const FIGURES_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * How a board (or, with null, the whole instance) looked after itself in the last days. Reports that
 * nobody decided on yet count in the queue's age: nothing is left out because it would look bad.
 */
export async function figuresOf(
  db: Db,
  now: number,
  days = FIGURES_DAYS,
  boardId: number | null = null,
): Promise<Figures> {
  const since = now - days * DAY_MS;
  const reports = await db
    .selectFrom("report")
    .select(["category", "at", "firstLookAt", "decidedAt", "outcome"])
    .where("at", ">=", since)
    .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
    .execute();
  const waiting = await db
    .selectFrom("queue_item")
    .select(["openedAt", "held"])
    .where("waiting", "=", 1)
    .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
    .execute();
  const acts = await db
    .selectFrom("act")
    .select(["state", "kind"])
    .where("at", ">=", since)
    // Brought over from elsewhere: nobody's decision here.
    .where("staffId", "!=", "import")
    .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
    .execute();
  const appeals = await db
    .selectFrom("appeal")
    .select(["state", "sentAt", "decidedAt"])
    .where("sentAt", ">=", since)
    .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
    .execute();
  const head = await db.selectFrom("staff_log_head").selectAll().executeTakeFirstOrThrow();
  const decided = appeals.filter(({ decidedAt }) => decidedAt !== null);
  return {
    from: new Date(since).toISOString(),
    until: new Date(now).toISOString(),
    queue: {
      open: waiting.length,
      held: waiting.filter(({ held }) => held !== null).length,
      age: spreadOf(waiting.map(({ openedAt }) => now - openedAt)),
    },
    categories: CATEGORY_NAMES.map((category) => {
      const of = reports.filter((report) => report.category === category);
      const looked = of.filter(({ firstLookAt }) => firstLookAt !== null);
      const done = of.filter(({ decidedAt }) => decidedAt !== null);
      return {
        category,
        reports: of.length,
        open: of.length - done.length,
        firstLook: spreadOf(looked.map(({ at, firstLookAt }) => (firstLookAt ?? at) - at)),
        decision: spreadOf(done.map(({ at, decidedAt }) => (decidedAt ?? at) - at)),
        upheld: of.filter(({ outcome }) => outcome === "upheld").length,
        dismissed: of.filter(({ outcome }) => outcome === "dismissed").length,
      };
    }),
    acts: acts.length,
    appeals: {
      received: appeals.length,
      open: appeals.length - decided.length,
      upheld: appeals.filter(({ state }) => state === "kept").length,
      reversed: appeals.filter(({ state }) => state === "reversed" || state === "eased").length,
      decision: spreadOf(decided.map(({ sentAt, decidedAt }) => (decidedAt ?? sentAt) - sentAt)),
    },
    reversals: {
      onAppeal: acts.filter(({ state }) => state === "reversed").length,
      undone: acts.filter(({ state }) => state === "undone").length,
    },
    log: { entries: head.seq, head: head.hash },
  };
}

/** How often the provider gets the figures. */
const PUSH_MS = 6 * 3_600_000;

/** Sends the figures to the provider, once in six hours however many processes ask for it. */
export async function pushFigures(deps: ProviderDeps): Promise<void> {
  const { store, clock, settings } = deps;
  if (settings.delivery?.kind !== "egide") return;
  const now = clock.now();
  await store.transaction(async (trx) => {
    const body = await figuresOf(trx, now);
    const key = `figures:${Math.floor(now / PUSH_MS)}`;
    await tell(trx, deps, { kind: "figures", body, key, lane: "ordinary" }, now);
  });
  deps.kick();
}

const FRESH_MS = 60_000;

/** Proof of moderation as it is published: signed anew each minute that somebody asks. */
export function proofPublisher(deps: ProviderDeps): () => Promise<string> {
  let known: { readonly at: number; readonly text: Promise<string> } | null = null;
  return () => {
    const at = deps.clock.monotonic();
    if (known === null || at - known.at >= FRESH_MS) known = { at, text: publish(deps) };
    return known.text;
  };
}

async function publish({ store, clock, settings, key }: ProviderDeps): Promise<string> {
  const now = clock.now();
  const figures = await figuresOf(store.kysely, now);
  return signProof(settings.contact.domain, figures, now, key);
}
