import type { FloorFigures } from "../board/beside.ts";
import type { CachedFigures } from "../board/edge.ts";
import type { Size } from "../board/fill/plan.ts";
import type { Freshness } from "../board/fresh.ts";
import type { PageTimes } from "../board/pages.ts";
import type { CrowdFigures } from "../board/people/run.ts";
import { PICTURED, PICTURES, type PostingFigures } from "../board/posting.ts";
import type { Staged } from "../board/stages.ts";
import { grid } from "./table.ts";

/** Null, or nothing: that part was not measured. */
export interface BoardFigures {
  readonly size: Size;
  readonly pages: readonly PageTimes[];
  readonly posting: PostingFigures | null;
  readonly stages: readonly Staged[];
  readonly edge: { readonly cached: readonly CachedFigures[]; readonly fresh: Freshness } | null;
  readonly postgres: readonly PageTimes[];
  readonly postgresSize: Size;
  readonly floor: FloorFigures | null;
}

const PAGE_MS = 25;
const POSTS_A_SECOND = 200;
const CACHED_A_SECOND = 5000;

/** Prints what was measured; answers what missed its goal. */
export function reportBoard(figures: BoardFigures): readonly string[] {
  const { size, pages, posting, stages, edge, postgres, postgresSize, floor } = figures;
  const missed: string[] = [];
  if (pages.length > 0) {
    console.log(`\nPages, SQLite, ${sizeOf(size)}; one after another, from the board itself:\n`);
    console.log(grid(pageLines(pages)));
    missed.push(...slow(pages, "SQLite"));
  }
  if (postgres.length > 0) {
    console.log(`\nPages, PostgreSQL, ${sizeOf(postgresSize)}:\n`);
    console.log(grid(pageLines(postgres)));
    missed.push(...slow(postgres, "PostgreSQL"));
  }
  if (posting !== null) missed.push(...reportPosting(posting));
  if (stages.length > 0) reportStages(stages);
  if (edge !== null) missed.push(...reportEdge(edge.cached, edge.fresh));
  if (floor !== null) reportFloor(floor);
  for (const line of missed) console.log(`missed: ${line}`);
  return missed;
}

function sizeOf({ threads, posts }: Size): string {
  return `${threads.toLocaleString("en")} threads, ${posts.toLocaleString("en")} posts`;
}

function pageLines(pages: readonly PageTimes[]): string[][] {
  return [
    ["page", "p50 ms", "p99 ms", "longest", "CPU ms", "KB", "asked"],
    ...pages.map(({ name, p50, p99, most, cpu, bytes, pages: count, goal }) => [
      goal ? name : `(${name})`,
      ...[p50, p99, most, cpu].map((value) => value.toFixed(1)),
      (bytes / 1000).toFixed(1),
      String(count),
    ]),
  ];
}

function slow(pages: readonly PageTimes[], engine: string): string[] {
  return pages
    .filter(({ goal, p99 }) => goal && p99 >= PAGE_MS)
    .map(({ name, p99 }) => `${name} on ${engine}: p99 ${p99.toFixed(1)} ms, goal ${PAGE_MS}`);
}

function reportPosting({ curve, sustained, followed, complaints }: PostingFigures): string[] {
  const { width, height } = PICTURES;
  console.log(
    `\nPosting, pictures of ${width} × ${height}, two cores with the writers on them too:\n`,
  );
  const share = `${PICTURED * 100} %`;
  console.log(
    grid([
      ["pictures", "taken a second", "p50 ms", "p99 ms", "serving ms", "decoding ms", "refused"],
      ...curve.map(({ pictured, crowd }) =>
        crowdLine(`${Math.round(pictured * 100)} %, as fast as it goes`, crowd),
      ),
      crowdLine(`${share}, at a pace, ${Math.round(sustained.seconds)} s`, sustained),
      crowdLine(`${share}, and each reads the thread`, followed),
    ]),
  );
  for (const { refused } of [...curve.map(({ crowd }) => crowd), sustained, followed]) {
    for (const [reason, count] of Object.entries(refused))
      console.log(`refused: ${count} × ${reason}`);
  }
  if (complaints !== "") console.log(`the board complained: ${complaints.slice(0, 2000)}`);
  const rate = rateOf(sustained);
  return rate >= POSTS_A_SECOND
    ? []
    : [`posting, ${share} with pictures: ${rate.toFixed(0)} a second, goal ${POSTS_A_SECOND}`];
}

function rateOf({ taken, seconds }: CrowdFigures): number {
  return taken / seconds;
}

function crowdLine(name: string, crowd: CrowdFigures): string[] {
  const { taken, sent, p50, p99, serving, decoding } = crowd;
  return [
    name,
    rateOf(crowd).toFixed(0),
    p50.toFixed(0),
    p99.toFixed(0),
    (serving / 1000).toFixed(2),
    (decoding / 1000).toFixed(2),
    String(sent - taken),
  ];
}

function reportStages(staged: readonly Staged[]): void {
  const [first] = staged;
  if (first === undefined) return;
  console.log("\nOne picture, step by step, ms:\n");
  console.log(
    grid([
      ["step", ...staged.map(({ size }) => `${size.width} × ${size.height}`)],
      ...Object.keys(first.stages).map((step) => [
        step,
        ...staged.map(({ stages }) => (stages[step] ?? 0).toFixed(2)),
      ]),
      ["all", ...staged.map(({ stages }) => sum(Object.values(stages)).toFixed(2))],
    ]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function reportEdge(cached: readonly CachedFigures[], fresh: Freshness): string[] {
  console.log("\nFrom the edge's cache, the edge on one core:\n");
  console.log(
    grid([
      ["page", "a second", "a second of its CPU", "KB sent", "failed"],
      ...cached.map(({ name, perSecond, perCore, bytes, failed }) => [
        name,
        perSecond.toFixed(0),
        perCore.toFixed(0),
        (bytes / 1000).toFixed(1),
        String(failed),
      ]),
    ]),
  );
  const { rounds, kept, stale, longest, unchanged } = fresh;
  console.log(
    `\n${rounds} posts between two looks: ${kept} times both pages came from the cache before, ${unchanged} of ${2 * rounds} answered 304; ${stale} pages were still old when first asked for after the post, the last showed it ${longest.toFixed(0)} ms after`,
  );
  const missed = cached
    .filter(({ perCore, name }) => perCore < CACHED_A_SECOND && !name.startsWith("the longest"))
    .map(({ name, perCore }) => `${name}: ${perCore.toFixed(0)} a second, goal ${CACHED_A_SECOND}`);
  return stale === 0 ? missed : [...missed, `${stale} pages were old right after a post`];
}

function reportFloor({ posts, drawn, sent, posting }: FloorFigures): void {
  console.log(
    `\nThe floor under a board in PHP (nginx, PHP-FPM, MariaDB on one core; ${posts.toLocaleString("en")} posts; no moderation, no filters, nothing encoded anew, no PDQ):\n`,
  );
  const rate = (name: string, { perSecond, perCore, p99 }: FloorFigures["drawn"]): string[] => [
    name,
    perSecond.toFixed(0),
    perCore.toFixed(0),
    p99.toFixed(1),
  ];
  console.log(
    grid([
      ["what", "a second", "a second of CPU", "p99 ms"],
      rate("thread drawn by PHP", drawn),
      rate("thread as a file, by nginx", sent),
      ...posting.map(({ pictured, crowd }) => [
        `posts, ${pictured * 100} % with pictures`,
        rateOf(crowd).toFixed(0),
        (1e6 / crowd.serving).toFixed(0),
        crowd.p99.toFixed(1),
      ]),
    ]),
  );
}
