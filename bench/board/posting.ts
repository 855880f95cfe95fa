import type { BoardPlan } from "./fill/plan.ts";
import type { CrowdOptions } from "./people/crowd.ts";
import { entranceOf, invite, targetsOf } from "./people/person.ts";
import { type CrowdFigures, runCrowd } from "./people/run.ts";
import { keptPictures } from "./pictures.ts";
import { Site } from "./site.ts";

export interface PostingFigures {
  /** By the share of posts that carry a picture: as many as a few writers get through. */
  readonly curve: readonly { readonly pictured: number; readonly crowd: CrowdFigures }[];
  /** Posts that come at a pace, for a minute; then the same with every poster reading their thread. */
  readonly sustained: CrowdFigures;
  readonly followed: CrowdFigures;
  readonly complaints: string;
}

export const PICTURES = { width: 640, height: 480 } as const;
export const PICTURES_KEPT = 1000;
/** Of the posts of the minute, one in five has a picture; the curve says what other shares do. */
export const PICTURED = 0.2;
export const PER_SECOND = 205;
const SECONDS = 60;
const FOLLOWED_SECONDS = 20;
const CURVE = [0, 0.1, 0.2, 0.35, 0.5, 1];
const CURVE_SECONDS = 12;
const WARMING_SECONDS = 6;
const WRITERS = 24;
/** So many that nobody has to write faster than the limits as shipped let them. */
const PEOPLE = 6000;
/** Of each board, the threads that people write in; one post in fifty opens another. */
const BUSY = 60;
const OPENING = 0.02;
const BOTH = "0,1";

/** How many posts a second are taken, through the form, with pictures and without. */
export async function timePosting(
  filled: string,
  plans: readonly BoardPlan[],
): Promise<PostingFigures> {
  const pictures = await keptPictures(PICTURES, PICTURES_KEPT);
  const targets = targetsOf(plans, BUSY);
  const site = await Site.start({ filled, cores: BOTH });
  try {
    const people = await invite(site.url, PEOPLE, entranceOf(plans));
    let runs = 0;
    const run = (
      more: Pick<CrowdOptions, "pace" | "seconds" | "pictured" | "follow">,
    ): Promise<CrowdFigures> => {
      runs += 1;
      const same = { url: site.url, people, targets, pictures, opening: OPENING };
      return runCrowd(site, { ...same, ...more, seed: runs }, BOTH);
    };
    const pace = { perSecond: PER_SECOND };
    // A server that has just started has nothing in memory, and nothing compiled.
    await run({
      pace: { writers: WRITERS },
      seconds: WARMING_SECONDS,
      pictured: 0.2,
      follow: false,
    });
    const curve: { pictured: number; crowd: CrowdFigures }[] = [];
    for (const pictured of CURVE) {
      const writers = { writers: WRITERS };
      const crowd = await run({ pace: writers, seconds: CURVE_SECONDS, pictured, follow: false });
      console.error(
        `${pictured * 100} % with pictures: ${(crowd.taken / crowd.seconds).toFixed(0)}/s`,
      );
      curve.push({ pictured, crowd });
    }
    const sustained = await run({ pace, seconds: SECONDS, pictured: PICTURED, follow: false });
    const followed = await run({
      pace,
      seconds: FOLLOWED_SECONDS,
      pictured: PICTURED,
      follow: true,
    });
    return { curve, sustained, followed, complaints: await site.complaints() };
  } finally {
    await site.stop();
  }
}
