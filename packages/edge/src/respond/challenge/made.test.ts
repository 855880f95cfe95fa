import { expect, test } from "bun:test";
import { errorPagesSchema } from "@egide/contract/policy/respond.ts";
import { challengeFragment, type Shown } from "#respond/challenge/fragment.ts";
import { ChallengePages } from "#respond/challenge/made.ts";
import { blank } from "#respond/page/notice.ts";
import { Pages } from "#respond/page/pages.ts";

const notice = blank(403, "challenge.required");
const work = { kind: "cycle", size: 17, least: 2, full: 6 } as const;

function shown(ticket: string, target: string, wait: number): Shown {
  const issued = { ticket, work, wait };
  return { issued, mode: "managed", lang: "en", method: "GET", target, form: null };
}

test.each([
  ["built-in pages", {}],
  [
    "a site's own template",
    { template: "<p>{{host}} é {{request_id}}</p>{{challenge}}<i>{{time}}</i>" },
  ],
])("%s: a page with its blanks filled in is the page that is made at length", (_name, policy) => {
  const pages = new Pages(errorPagesSchema.parse(policy));
  const made = new ChallengePages();
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
      expect(made.write(pages, notice, one, asked).toString()).toBe(expected);
    }
  }
});

test("hosts, languages and work do not share a page", () => {
  const pages = new Pages(errorPagesSchema.parse({}));
  const made = new ChallengePages();
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
    expect(made.write(pages, notice, page, { ...asked, host }).toString()).toBe(expected);
  }
});
