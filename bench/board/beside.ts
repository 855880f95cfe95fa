import { startPostgres } from "@egide/testkit/postgres.ts";
import { fillPostgres } from "./fill/postgres.ts";
import { type BoardPlan, planBoards, type Size } from "./fill/plan.ts";
import { writeRequests } from "../load/raw.ts";
import { Floor } from "./floor.ts";
import { type PageTimes, timePages } from "./pages.ts";
import type { Person } from "./people/person.ts";
import { targetsOf } from "./people/person.ts";
import { type CrowdFigures, runCrowd } from "./people/run.ts";
import { keptPictures } from "./pictures.ts";
import { PICTURED, PICTURES, PICTURES_KEPT } from "./posting.ts";
import { HOST, Site } from "./site.ts";

/** The same pages from PostgreSQL, on core 1 with the reader, of a tenth of the site. */
export async function timeOnPostgres(size: Size): Promise<readonly PageTimes[]> {
  const plans = planBoards(size);
  const server = await startPostgres();
  try {
    const database = await server.database();
    await fillPostgres(database, plans, size);
    const site = await Site.start({ filled: null, database, cores: "0" });
    try {
      return await timePages(site, plans, size.seed);
    } finally {
      await site.stop();
    }
  } finally {
    await server.stop();
  }
}

export interface FloorFigures {
  readonly posts: number;
  /** Thread pages that PHP draws, and files that nginx sends: a second, and by CPU time. */
  readonly drawn: Rate;
  readonly sent: Rate;
  readonly posting: readonly { readonly pictured: number; readonly crowd: CrowdFigures }[];
}

interface Rate {
  readonly perSecond: number;
  readonly perCore: number;
  readonly p99: number;
}

const SECONDS = 6;
const WRITERS = 24;
const POSTING_SECONDS = 12;
const PAGES = 500;

/** The floor under any board in PHP, with two boards of the site. */
export async function timeFloor(all: readonly BoardPlan[], seed: number): Promise<FloorFigures> {
  const plans = all.slice(0, 2);
  const floor = await Floor.start(plans, seed);
  try {
    const targets = targetsOf(plans, PAGES);
    const rate = async (paths: readonly string[]): Promise<Rate> => {
      const file = `${floor.nginx.folder}/requests`;
      const headers = ["Host", HOST];
      writeRequests(
        file,
        paths.map((target) => ({ method: "GET", target, headers, body: "" })),
      );
      const before = floor.cpu().serving;
      const work = { kind: "raw", name: "floor", goal: 1, file, seconds: SECONDS } as const;
      const { perSecond, p99 } = await floor.nginx.measure(work);
      const spent = (floor.cpu().serving - before) / 1e6;
      return { perSecond, perCore: (perSecond * SECONDS) / spent, p99: p99 / 1000 };
    };
    const drawn = await rate(targets.map(({ uri, no }) => `/${uri}/thread/${no}`));
    const pictures = await keptPictures(PICTURES, PICTURES_KEPT);
    const posting: { pictured: number; crowd: CrowdFigures }[] = [];
    for (const pictured of [0, PICTURED, 1]) {
      const crowd = await runCrowd(
        floor,
        {
          url: floor.url,
          people: [ANYBODY],
          targets,
          pictures,
          pictured,
          opening: 0,
          pace: { writers: WRITERS },
          seconds: POSTING_SECONDS,
          follow: false,
          seed,
        },
        "0,1",
      );
      posting.push({ pictured, crowd });
    }
    // Whatever was posted in has a file now.
    const written = floor.written(plans.map(({ uri }) => uri));
    return {
      posts: plans.reduce((sum, plan) => sum + plan.posts, 0),
      drawn,
      sent: await rate(written),
      posting,
    };
  } finally {
    await floor.stop();
  }
}

/** The floor knows nobody. */
const ANYBODY: Person = { cookie: "", token: "none", address: "10.0.0.1" };
