import { CATEGORY_NAMES, factsOf } from "#moderation/category.ts";
import type { Db } from "#store/open.ts";

/** One figure of a transparency report. */
export interface Figure {
  /** Part of the template of Implementing Regulation (EU) 2024/2835. */
  readonly part: "orders" | "notices" | "own-initiative" | "complaints" | "automated" | "service";
  /** A category of reports, of the inbox, or `all`. */
  readonly category: string;
  /** Its `STATEMENT_CATEGORY_`, where it has one. */
  readonly dsa: string;
  readonly indicator: string;
  readonly value: number | null;
}

/**
 * Figures of a year for the reports of Articles 15 and 24. Medians are in hours and over everything
 * that was decided; what was never acted on is counted beside them, not left out.
 */
export async function figuresOfYear(db: Db, year: number): Promise<readonly Figure[]> {
  const from = Date.UTC(year, 0, 1);
  const until = Date.UTC(year + 1, 0, 1);
  const figures: Figure[] = [];
  const add = (part: Figure["part"], category: string, indicator: string, value: number | null) => {
    const known = CATEGORY_NAMES.find((name) => name === category);
    const dsa = known === undefined ? "" : `STATEMENT_CATEGORY_${factsOf(known).dsa}`;
    figures.push({ part, category, dsa, indicator, value });
  };

  const notices = await db
    .selectFrom("inbox_notice")
    .select(["type", "at", "readAt"])
    .where("at", ">=", from)
    .where("at", "<", until)
    .execute();
  for (const type of new Set(notices.map((notice) => notice.type))) {
    const of = notices.filter((notice) => notice.type === type);
    add("orders", type, "received", of.length);
    add(
      "orders",
      type,
      "median_hours_to_done",
      medianHours(of.map((one) => span(one.at, one.readAt))),
    );
  }

  const reports = await db
    .selectFrom("report")
    .select(["postId", "category", "source", "at", "decidedAt", "outcome", "contestedAt"])
    .where("at", ">=", from)
    .where("at", "<", until)
    .execute();
  const visitors = reports.filter(({ source }) => source === "visitor");
  for (const category of CATEGORY_NAMES) {
    const of = visitors.filter((report) => report.category === category);
    if (of.length === 0) continue;
    add("notices", category, "received", of.length);
    add("notices", category, "items", new Set(of.map(({ postId }) => postId)).size);
    add("notices", category, "upheld", of.filter(({ outcome }) => outcome === "upheld").length);
    add(
      "notices",
      category,
      "dismissed",
      of.filter(({ outcome }) => outcome === "dismissed").length,
    );
    add("notices", category, "open", of.filter(({ decidedAt }) => decidedAt === null).length);
    add(
      "notices",
      category,
      "median_hours_to_decision",
      medianHours(of.map((one) => span(one.at, one.decidedAt))),
    );
  }
  add(
    "complaints",
    "all",
    "dismissals_contested",
    reports.filter(({ contestedAt }) => contestedAt !== null).length,
  );

  const acts = await db
    .selectFrom("act")
    .leftJoin("queue_item as item", "item.postId", "act.postId")
    .select(["act.kind", "act.state"])
    // Reports by others than staff: what nobody told them of, they found by themselves or by a list.
    .select((row) =>
      row
        .selectFrom("report")
        .whereRef("report.itemId", "=", "item.id")
        .where("report.source", "in", ["visitor", "provider"])
        .select((inner) => inner.fn.countAll<number>().as("count"))
        .as("told"),
    )
    .where("act.at", ">=", from)
    .where("act.at", "<", until)
    .where("act.staffId", "!=", "import")
    .execute();
  const own = acts.filter(({ told }) => (told ?? 0) === 0);
  for (const kind of new Set(acts.map((act) => act.kind))) {
    add("own-initiative", "all", `measures_${kind}`, own.filter((act) => act.kind === kind).length);
    add(
      "notices",
      "all",
      `measures_${kind}`,
      acts.filter((act) => act.kind === kind).length -
        own.filter((act) => act.kind === kind).length,
    );
  }
  add("complaints", "all", "acts_undone", acts.filter(({ state }) => state === "undone").length);

  const appeals = await db
    .selectFrom("appeal")
    .select(["state", "sentAt", "decidedAt"])
    .where("sentAt", ">=", from)
    .where("sentAt", "<", until)
    .execute();
  add("complaints", "all", "appeals_received", appeals.length);
  for (const state of ["open", "kept", "eased", "reversed"] as const) {
    add(
      "complaints",
      "all",
      `appeals_${state}`,
      appeals.filter((one) => one.state === state).length,
    );
  }
  add(
    "complaints",
    "all",
    "median_hours_to_decision",
    medianHours(appeals.map((one) => span(one.sentAt, one.decidedAt))),
  );

  const matches = await db
    .selectFrom("detection")
    .leftJoin("queue_item as item", "item.postId", "detection.postId")
    .select(["detection.postId", "item.outcome"])
    // Several files of one post are one match.
    .distinct()
    .where("detection.at", ">=", from)
    .where("detection.at", "<", until)
    .execute();
  add("automated", "all", "matches_with_lists", matches.length);
  add(
    "automated",
    "all",
    "matches_upheld",
    matches.filter(({ outcome }) => outcome === "upheld").length,
  );
  add(
    "automated",
    "all",
    "matches_dismissed",
    matches.filter(({ outcome }) => outcome === "dismissed").length,
  );

  const { posts } = await db
    .selectFrom("post")
    .select((row) => row.fn.countAll<number>().as("posts"))
    .where("createdAt", ">=", from)
    .where("createdAt", "<", until)
    .executeTakeFirstOrThrow();
  const { staff } = await db
    .selectFrom("staff_grant")
    .select((row) => row.fn.count<number>("staffId").distinct().as("staff"))
    .executeTakeFirstOrThrow();
  add("service", "all", "posts_that_stand_or_are_kept", posts);
  add("service", "all", "staff_today", staff);
  return figures;
}

function span(from: number, until: number | null): number | null {
  return until === null ? null : until - from;
}

function medianHours(spans: readonly (number | null)[]): number | null {
  const known = spans.filter((one) => one !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const half = Math.floor(known.length / 2);
  const upper = known[half] as number;
  const middle = known.length % 2 === 1 ? upper : (upper + (known[half - 1] as number)) / 2;
  return Math.round(middle / 36_000) / 100;
}

/** Years of which there is anything, the newest first. */
export async function yearsOf(db: Db, now: number): Promise<readonly number[]> {
  const first = await db
    .selectFrom("report")
    .select((row) => row.fn.min("at").as("at"))
    .executeTakeFirst();
  const act = await db
    .selectFrom("act")
    .select((row) => row.fn.min("at").as("at"))
    .where("staffId", "!=", "import")
    .executeTakeFirst();
  const oldest = Math.min(now, first?.at ?? now, act?.at ?? now);
  const years: number[] = [];
  for (
    let year = new Date(now).getUTCFullYear();
    year >= new Date(oldest).getUTCFullYear();
    year--
  ) {
    years.push(year);
  }
  return years;
}
