import type { BoardPlan } from "../fill/plan.ts";
import { HOST } from "../site.ts";

/** Somebody who has been on the site: what their browser keeps. */
export interface Person {
  readonly cookie: string;
  readonly token: string;
  /** Where they come from, as a proxy in front says it. */
  readonly address: string;
}

/** A thread that takes replies. */
export interface Target {
  readonly uri: string;
  readonly no: number;
}

/** People who share a /24, as behind one provider's gateway. */
const NEIGHBOURS = 2;
const AT_ONCE = 8;

/**
 * Lets people come: each opens the page of a quoted reply, gets a cookie and, in its form, a token.
 * Two of a hundred and more share a block of addresses.
 */
export async function invite(url: string, count: number, at: Target): Promise<readonly Person[]> {
  const people: Person[] = [];
  let next = 0;
  const come = async (): Promise<void> => {
    while (next < count) {
      const person = next++;
      const block = Math.floor(person / NEIGHBOURS);
      const address = `10.${block >> 8}.${block & 255}.${(person % NEIGHBOURS) + 1}`;
      const response = await fetch(`${url}/${at.uri}/thread/${at.no}?quote=${at.no}`, {
        headers: { host: HOST, "x-forwarded-for": address },
      });
      const page = await response.text();
      const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1];
      const cookie = response.headers.getSetCookie()[0]?.split(";", 1)[0];
      if (token === undefined || cookie === undefined) {
        throw new Error(`a form came without its token or its cookie (${response.status})`);
      }
      people.push({ cookie, token, address });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, come));
  return people;
}

/** A short thread to come in by: what people read first is not what is measured. */
export function entranceOf(plans: readonly BoardPlan[]): Target {
  const [plan] = plans;
  const [shortest] = plan?.threads.filter(({ live }) => live).sort(byReplies) ?? [];
  if (plan === undefined || shortest === undefined) throw new Error("there is no thread");
  return { uri: plan.uri, no: shortest.no };
}

function byReplies(a: { readonly replies: number }, b: { readonly replies: number }): number {
  return a.replies - b.replies;
}

/** Of each board the threads that were bumped last: new threads end others. The full ones are left out. */
export function targetsOf(plans: readonly BoardPlan[], ofEach: number): readonly Target[] {
  return plans.flatMap(({ uri, threads }) =>
    threads
      .filter(({ live, replies }) => live && replies < 700)
      .sort((a, b) => b.lastNo - a.lastNo)
      .slice(0, ofEach)
      .map(({ no }) => ({ uri, no })),
  );
}
