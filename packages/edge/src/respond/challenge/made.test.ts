import { expect, test } from "bun:test";
import { errorPagesSchema } from "@egide/contract/policy/respond.ts";
import type { KeptHead } from "#exchange.ts";
import { challengeFragment, type Shown } from "#respond/challenge/fragment.ts";
import { ChallengePages } from "#respond/challenge/made.ts";
import type { Made } from "#respond/page/made.ts";
import { type Asked, blank } from "#respond/page/notice.ts";
import { Pages } from "#respond/page/pages.ts";

const notice = blank(403, "challenge.required");
const work = { kind: "cycle", size: 17, least: 2, full: 6 } as const;

function shown(ticket: string, target: string, wait: number): Shown {
  const issued = { ticket, work, wait };
  return { issued, mode: "managed", lang: "en", method: "GET", target, form: null };
}

/** Takes pages; each head says in which order it was made. */
function taker(pages: Pages): (one: Shown, asked: Asked, isSecure?: boolean) => Made {
  const made = new ChallengePages(pages, notice);
  let heads = 0;
  return (one, asked, isSecure = true) =>
    made.take(one, asked, isSecure, () => ["Number", String(heads++)]);
}

test.each([
  ["built-in pages", {}],
  [
    "a site's own template",
    { template: "<p>{{host}} é {{request_id}}</p>{{challenge}}<i>{{time}}</i>" },
  ],
])("%s: a page with its blanks filled in is the page that is made at length", (_name, policy) => {
  const pages = new Pages(errorPagesSchema.parse(policy));
  const take = taker(pages);
  for (const wait of [5, 0]) {
    for (const [i, target] of [
      "/",
      "/a?b=1&c='\"<script>",
      "/é%20ü?x=$&$1",
      "/".repeat(9000),
    ].entries()) {
      const asked = { host: "site.test", requestId: `id-${i}`, time: 1_800_000_000_000 + i * 700 };
      const one = shown(`ticket_${i}`, target, wait);
      const expected = pages.html(notice, asked, "en", challengeFragment(one));
      expect(take(one, asked).body.toString()).toBe(expected);
    }
  }
});

test("hosts, languages and work do not share a page", () => {
  const pages = new Pages(errorPagesSchema.parse({}));
  const take = taker(pages);
  const asked = { host: "a.test", requestId: "id", time: 1_800_000_000_000 };
  const one = shown("ticket", "/", 5);
  const harder = { ...one, issued: { ...one.issued, work: { ...work, size: 18 } } };
  const french = { ...one, lang: "fr" as const };
  for (const [page, host] of [
    [one, "a.test"],
    [harder, "a.test"],
    [french, "a.test"],
    [one, "b.test"],
    [{ ...one, mode: "js" as const }, "a.test"],
  ] as const) {
    const expected = pages.html(notice, { ...asked, host }, page.lang, challengeFragment(page));
    expect(take(page, { ...asked, host }).body.toString()).toBe(expected);
  }
});

test("a head is kept for a second, and for one scheme", () => {
  const take = taker(new Pages(errorPagesSchema.parse({})));
  const asked = { host: "a.test", requestId: "id", time: 1_800_000_000_000 };
  const one = shown("ticket", "/", 5);
  const heads = [take(one, asked), take(one, asked, false), take(one, asked)].map(
    ({ head }) => head,
  );
  expect(heads.map(({ fields }) => fields[1])).toEqual(["0", "1", "0"]);
  expect(heads[2]).toBe(heads[0] as KeptHead);
  expect(heads[0]?.status).toBe(403);
  const later = { ...asked, time: asked.time + 1000 };
  expect(take(one, later).head.fields[1]).toBe("2");
});
