import { writeFileSync } from "node:fs";
import { postgresPrograms } from "@egide/testkit/postgres.ts";
import { timeFloor, timeOnPostgres } from "../board/beside.ts";
import { Front, timeCached } from "../board/edge.ts";
import { keptSite } from "../board/fill/kept.ts";
import { type BoardPlan, planBoards, type Size } from "../board/fill/plan.ts";
import { floorMissing } from "../board/floor.ts";
import { checkFresh } from "../board/fresh.ts";
import { timePages } from "../board/pages.ts";
import { targetsOf } from "../board/people/person.ts";
import { timePosting } from "../board/posting.ts";
import { Site } from "../board/site.ts";
import { timeBothSizes } from "../board/stages.ts";
import { type BoardFigures, reportBoard } from "../report/board.ts";

export interface BoardOptions {
  readonly threads: number;
  readonly posts: number;
  /** Part of a part's name. */
  readonly only: string;
  readonly json: string | undefined;
}

const SEED = 42;
/** A server that forgets nothing takes a while to fill: a tenth shows the plans of its queries. */
const ON_POSTGRES: Size = { threads: 10_000, posts: 200_000, seed: SEED };
// All come to the edge from one neighbourhood, which may post thirty times at once.
const FRESH_ROUNDS = 25;

/** Pages and posting of a full board, its pages at the edge, and what stands beside it. */
export async function runBoard({ threads, posts, only, json }: BoardOptions): Promise<boolean> {
  const size = { threads, posts, seed: SEED };
  const plans = planBoards(size);
  const has = new Set(PARTS.filter((part) => part.includes(only) && !isMissing(part)));
  const isOwn = has.has("pages") || has.has("posting") || has.has("edge");
  const filled = isOwn ? await keptSite(plans, size) : "";
  const figures: BoardFigures = {
    size,
    pages: has.has("pages") ? await pages(filled, plans) : [],
    posting: has.has("posting") ? await timePosting(filled, plans) : null,
    stages: has.has("stages") ? await timeBothSizes() : [],
    edge: has.has("edge") ? await edge(filled, plans) : null,
    postgres: has.has("postgres") ? await timeOnPostgres(ON_POSTGRES) : [],
    postgresSize: ON_POSTGRES,
    floor: has.has("floor") ? await timeFloor(plans, SEED) : null,
  };
  const missed = reportBoard(figures);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  return missed.length === 0;
}

const PARTS = ["pages", "posting", "stages", "edge", "postgres", "floor"] as const;

/** Says what can't be measured here. */
function isMissing(part: (typeof PARTS)[number]): boolean {
  const tool =
    part === "postgres" && postgresPrograms() === null
      ? "postgresql"
      : part === "floor"
        ? floorMissing()
        : part === "edge" && Bun.which("wrk") === null
          ? "wrk"
          : null;
  if (part === "floor") {
    console.log(
      "left out: vichan (no registry has it); nginx, PHP-FPM and MariaDB stand in with the least it has to do",
    );
  }
  if (tool === null) return false;
  console.log(`left out: ${part} (${tool} is not installed)`);
  return true;
}

async function pages(filled: string, plans: readonly BoardPlan[]) {
  const site = await Site.start({ filled, cores: "0" });
  try {
    return await timePages(site, plans, SEED);
  } finally {
    await site.stop();
  }
}

async function edge(filled: string, plans: readonly BoardPlan[]) {
  const front = await Front.start(filled);
  try {
    const cached = await timeCached(front, plans);
    const targets = targetsOf(plans, 1).slice(0, FRESH_ROUNDS);
    return { cached, fresh: await checkFresh(front.url, targets) };
  } finally {
    await front.stop();
  }
}
