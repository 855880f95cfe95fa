import { join } from "node:path";
import { seeded } from "@egide/std/random.ts";
import { type RawRequest, writeRequests } from "../load/raw.ts";
import type { Peer } from "../peer.ts";
import { configure, EGIDE_MAIN } from "../peers/peers.ts";
import { freePort, Running } from "../run.ts";
import type { BoardPlan } from "./fill/plan.ts";
import { HOST, Site } from "./site.ts";

export interface CachedFigures {
  readonly name: string;
  /** Answers a second, as they came; and by the CPU time that the edge took. */
  readonly perSecond: number;
  readonly perCore: number;
  readonly failed: number;
  /** Bytes of one answer's body. */
  readonly bytes: number;
}

/** Boards, and threads of them, that are asked for again and again. */
const THREADS = 200;
const LONGEST = 20;
const SECONDS = 6;
/** What browsers accept, and what a plain client does. */
const CODINGS = [
  ["as browsers ask", "gzip, deflate, br, zstd"],
  ["not compressed", "identity"],
] as const;

/** The edge on core 0 with the board behind it on core 1, as the guide sets them up. */
export class Front {
  readonly site: Site;
  readonly edge: Running;

  private constructor(site: Site, edge: Running) {
    this.site = site;
    this.edge = edge;
  }

  static async start(filled: string): Promise<Front> {
    const port = freePort();
    const peer: Peer = {
      name: "egide",
      tls: false,
      cache: true,
      version: async () => null,
      async command(ground) {
        const config = configure("board/egide.yaml", ground);
        return { argv: [process.execPath, EGIDE_MAIN, "edge", "--config", config] };
      },
    };
    const edge = await Running.start(peer, port, "", "");
    const site = await Site.start({ filled, cores: "1", port, edge: join(edge.folder, "state") });
    return new Front(site, edge);
  }

  get url(): string {
    return `http://127.0.0.1:${this.edge.port}`;
  }

  async stop(): Promise<void> {
    await this.edge.stop();
    await this.site.stop();
  }
}

/** What the edge answers of itself, for each kind of page. */
export async function timeCached(
  front: Front,
  plans: readonly BoardPlan[],
): Promise<readonly CachedFigures[]> {
  const out: CachedFigures[] = [];
  for (const [kind, paths] of Object.entries(pathsOf(plans))) {
    for (const [coding, accept] of CODINGS) {
      const bytes = await warm(front.url, paths, accept);
      const file = join(front.edge.folder, "requests");
      writeRequests(
        file,
        paths.map((path) => get(path, accept)),
      );
      const sample = await front.edge.measure({
        kind: "raw",
        name: kind,
        goal: 1,
        file,
        seconds: SECONDS,
      });
      const { perSecond, cost, failed } = sample;
      out.push({ name: `${kind}, ${coding}`, perSecond, perCore: 1e6 / cost, failed, bytes });
    }
  }
  return out;
}

function pathsOf(plans: readonly BoardPlan[]): Record<string, readonly string[]> {
  const random = seeded(5);
  const threadsOf = plans.flatMap(({ uri, threads }) =>
    threads
      .filter((thread) => thread.live)
      .map(({ no, replies }) => ({ path: `/${uri}/thread/${no}`, replies })),
  );
  const live = threadsOf.map(({ path }) => path);
  const longest = threadsOf.sort((a, b) => b.replies - a.replies).slice(0, LONGEST);
  const threads = Array.from(
    { length: THREADS },
    () => live[Math.floor(random() * live.length)] as string,
  );
  return {
    index: plans.map(({ uri }) => `/${uri}/`),
    catalog: plans.map(({ uri }) => `/${uri}/catalog`),
    thread: threads,
    "the longest threads": longest.map(({ path }) => path),
  };
}

function get(path: string, accept: string): RawRequest {
  const headers = ["Host", HOST, "Accept-Encoding", accept, "Accept-Language", "en"];
  return { method: "GET", target: path, headers, body: "" };
}

/** Asks for each page twice, so that all are kept, compressed as well. Answers the middle size of a body on the wire. */
async function warm(url: string, paths: readonly string[], accept: string): Promise<number> {
  const sizes: number[] = [];
  for (const path of [...paths, ...paths]) {
    const headers = { host: HOST, "accept-encoding": accept, "accept-language": "en" };
    const response = await fetch(url + path, { headers, decompress: false });
    sizes.push((await response.arrayBuffer()).byteLength);
    if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
  }
  return sizes.sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
}
