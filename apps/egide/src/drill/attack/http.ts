import type { Attack, Field } from "#drill/attack/attack.ts";
import { type Round, volley } from "#drill/attack/volley.ts";
import { below, pick } from "#drill/random.ts";
import { browser, type Looks, program, requestText } from "#drill/request.ts";

const TOOL = program("python-requests/2.32");

/** Groups of addresses. */
const LOUD = 0;
const QUIET = 1;
const FEW = 2;

function page(field: Field, address: string | undefined, path: string, looks: Looks): Round {
  return { address, request: requestText({ path, host: field.target.name, looks }) };
}

function post(field: Field, address: string | undefined, path: string, body: string): Round {
  const extra = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
  const { name: host } = field.target;
  const looks = browser(field.random);
  return { address, request: requestText({ method: "POST", path, host, looks, extra, body }) };
}

function word(random: () => number): string {
  return below(36 ** 6, random).toString(36);
}

/** Attacks that are made of ordinary requests. */
export const HTTP_ATTACKS: readonly Attack[] = [
  {
    name: "loud",
    about: "one client asks for the start page as fast as it can",
    start: (field) =>
      volley(field, {
        next: () => page(field, field.address(LOUD, 0), field.site.pages[0] ?? "/", TOOL),
      }),
  },
  {
    name: "quiet",
    about: "thousands of clients that look like browsers, each seldom",
    start(field) {
      const { random, site } = field;
      return volley(field, {
        keep: false,
        next: () =>
          page(
            field,
            field.address(QUIET, below(4000, random)),
            pick(site.pages, random),
            browser(random),
          ),
      });
    },
  },
  {
    name: "cache-busting",
    about: "a query that is new each time, so that no cache helps",
    start(field) {
      const { random, site } = field;
      return volley(field, {
        next: () =>
          page(
            field,
            field.address(FEW, below(400, random)),
            `${pick(site.pages, random)}?${word(random)}=${word(random)}`,
            browser(random),
          ),
      });
    },
  },
  {
    name: "search",
    about: "few but dear requests: searches for random words",
    start(field) {
      const { random } = field;
      return volley(field, {
        share: 0.15,
        next: () =>
          page(
            field,
            field.address(FEW, below(300, random)),
            `/search?q=${word(random)}`,
            browser(random),
          ),
      });
    },
  },
  {
    name: "post-flood",
    about: "forms posted to the start page",
    start(field) {
      const { random, site } = field;
      return volley(field, {
        next: () =>
          post(
            field,
            field.address(FEW, below(400, random)),
            site.pages[0] ?? "/",
            `text=${word(random).repeat(40)}`,
          ),
      });
    },
  },
  {
    name: "stuffing",
    about: "stolen passwords tried at the login, from many addresses",
    start(field) {
      const { random } = field;
      return volley(field, {
        share: 0.1,
        next: () =>
          post(
            field,
            field.address(FEW, below(300, random)),
            "/login",
            `user=${word(random)}&password=${word(random)}`,
          ),
      });
    },
  },
  {
    name: "cookies",
    about: "machines with a browser's looks that keep their cookies and turn pages without reading",
    start(field) {
      const { random, site } = field;
      const jar = Array.from({ length: 150 }, () => ({ looks: browser(random), id: word(random) }));
      return volley(field, {
        next(n) {
          const i = n % jar.length;
          const { looks, id } = jar[i] as (typeof jar)[number];
          const extra = [["Cookie", `sid=${id}`]] as const;
          const { name: host } = field.target;
          const path = pick(site.pages, random);
          return {
            address: field.address(FEW, i),
            request: requestText({ path, host, looks, extra }),
          };
        },
      });
    },
  },
  {
    name: "pulse",
    about: "another pattern every five seconds",
    start(field) {
      const { random, site, now } = field;
      const patterns: readonly (() => Round)[] = [
        () =>
          page(
            field,
            field.address(QUIET, below(2000, random)),
            `/${word(random)}`,
            browser(random),
          ),
        () =>
          page(
            field,
            field.address(LOUD, 1),
            pick(site.pages, random),
            program("Go-http-client/1.1"),
          ),
        () => post(field, field.address(FEW, below(200, random)), "/login", `user=${word(random)}`),
        () => page(field, field.address(FEW, below(400, random)), `/?${word(random)}`, TOOL),
      ];
      const began = now();
      return volley(field, {
        next() {
          const i = Math.floor((now() - began) / 5000) % patterns.length;
          return (patterns[i] as () => Round)();
        },
      });
    },
  },
];
