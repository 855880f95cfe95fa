import { invite, type Target } from "./people/person.ts";
import { sendForm } from "./people/post.ts";
import { HOST } from "./site.ts";

export interface Freshness {
  readonly rounds: number;
  /** Rounds in which the pages came from the edge's cache before the post. */
  readonly kept: number;
  /** Pages that did not show the post when they were first asked for after it. */
  readonly stale: number;
  /** Milliseconds from the answer to the form until every page showed the post, the longest. */
  readonly longest: number;
  /** Pages that the edge answered with 304 to whoever had them. */
  readonly unchanged: number;
}

const PAGES_MS = 10_000;

/**
 * What a stranger sees, from outside: pages that come from the cache, a post in between, and the same
 * pages again. Each round has a thread and a poster of its own.
 */
export async function checkFresh(url: string, targets: readonly Target[]): Promise<Freshness> {
  const [first] = targets;
  if (first === undefined) throw new Error("nothing to post in");
  const people = await invite(url, targets.length, first);
  let [kept, stale, longest, unchanged] = [0, 0, 0, 0];
  for (const [at, target] of targets.entries()) {
    const pages = [`/${target.uri}/`, `/${target.uri}/thread/${target.no}`];
    for (const page of pages) await ask(url, page);
    const again = await Promise.all(pages.map((page) => ask(url, page)));
    if (again.every(({ isHit }) => isHit)) kept += 1;
    const conditional = await Promise.all(
      again.map(({ etag }, index) => ask(url, pages[index] as string, etag)),
    );
    unchanged += conditional.filter(({ status }) => status === 304).length;
    const text = `fresh words of round ${at} ${crypto.randomUUID()}`;
    const person = people[at] as (typeof people)[number];
    const outcome = await sendForm(url, person, { target, opens: false, text, picture: null });
    if (outcome.location === null) throw new Error(`the post was refused: ${outcome.refusal}`);
    const from = performance.now();
    for (const page of pages) {
      let seen = (await ask(url, page)).text.includes(text);
      if (!seen) stale += 1;
      while (!seen && performance.now() - from < PAGES_MS) {
        seen = (await ask(url, page)).text.includes(text);
      }
      if (!seen) throw new Error(`${page} still does not show the post`);
    }
    longest = Math.max(longest, performance.now() - from);
  }
  return { rounds: targets.length, kept, stale, longest, unchanged };
}

async function ask(url: string, path: string, etag: string | null = null) {
  const headers: Record<string, string> = { host: HOST, "accept-language": "en" };
  if (etag !== null) headers["if-none-match"] = etag;
  const response = await fetch(url + path, { headers });
  return {
    status: response.status,
    text: await response.text(),
    etag: response.headers.get("etag"),
    isHit: /\bhit\b/.test(response.headers.get("cache-status") ?? ""),
  };
}
