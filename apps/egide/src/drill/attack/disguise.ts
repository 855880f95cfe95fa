import type { Attack, Field } from "#drill/attack/attack.ts";
import { type Round, volley } from "#drill/attack/volley.ts";
import { article, crowd } from "#drill/day/crowd.ts";
import { Person } from "#drill/person.ts";
import { below, pick } from "#drill/random.ts";
import { browser, program, requestText } from "#drill/request.ts";

/* Attacks that grow, that change, and that hide among people or in their ways. */

const GROUP = 2;
const OTHERS = 3;
/** By then a crowd has come, and its first pages have been read. */
const EVE_MS = 8000;
const GROWN_MS = 5000;
const HOP_MS = 1000;

const word = (random: () => number): string => below(36 ** 6, random).toString(36);

function ask(field: Field, n: number, path: string, looks = browser(field.random)): Round {
  const { address, target } = field;
  return { address: address(GROUP, n), request: requestText({ path, host: target.name, looks }) };
}

export const DISGUISES: readonly Attack[] = [
  {
    name: "crowded",
    about: "hundreds of people read an article, and a flood for the same article begins among them",
    eveMs: EVE_MS,
    start(field) {
      const people = crowd(
        { ...field, told: field.met },
        { people: 500, pages: [article(field)], think: 4000, ramp: 4000 },
      );
      let flood: { stop(): void } | null = null;
      const timer = setTimeout(() => {
        flood = volley(field, {
          keep: false,
          next: () => ask(field, below(2000, field.random), article(field)),
        });
      }, EVE_MS);
      return {
        stop() {
          clearTimeout(timer);
          flood?.stop();
          people.stop();
        },
      };
    },
  },
  {
    name: "swelling",
    about: "sixty addresses that begin as ordinary visitors and ask for more and more",
    start(field) {
      const { random, site, now } = field;
      const looks = Array.from({ length: 60 }, () => browser(random));
      const began = now();
      return volley(field, {
        grown: () => Math.min(1, 0.01 + ((now() - began) / GROWN_MS) ** 2),
        next(n) {
          const i = n % looks.length;
          return ask(field, i, pick(site.pages, random), looks[i]);
        },
      });
    },
  },
  {
    name: "hopping",
    about: "another pattern and other addresses each second",
    start(field) {
      const { random, site, now, target } = field;
      const patterns: readonly ((n: number) => Round)[] = [
        (n) => ask(field, n + below(200, random), pick(site.pages, random)),
        (n) => ask(field, n, `/${word(random)}`, program("Go-http-client/2.0")),
        (n) => ask(field, n + below(200, random), `/?${word(random)}=${word(random)}`),
        (n) => ({
          address: field.address(GROUP, n + below(200, random)),
          request: requestText({
            method: "POST",
            path: "/login",
            host: target.name,
            looks: browser(random),
            body: `user=${word(random)}`,
          }),
        }),
        (n) => ask(field, n + below(200, random), site.data ?? "/", program("okhttp/4.12")),
      ];
      const began = now();
      return volley(field, {
        next() {
          const hop = Math.floor((now() - began) / HOP_MS);
          return (patterns[hop % patterns.length] as (n: number) => Round)(hop * 256);
        },
      });
    },
  },
  {
    name: "headless",
    about: "programs that load whole pages, keep cookies and follow redirects, and read nothing",
    start(field) {
      const { target, site, random, address, told, now, rate } = field;
      // A page comes with its files: together they make the drill's rate.
      const think = 500;
      const count = Math.ceil((rate * think) / 1000 / 3);
      const all = Array.from({ length: Math.min(300, count) }, (_, n) => {
        return new Person({
          target,
          address: address(OTHERS, n),
          looks: browser(random),
          site,
          random,
          think,
          told: (outcome, ms) => told({ at: now(), ms, outcome }),
        });
      });
      for (const each of all) each.start(random() * think);
      return {
        stop() {
          for (const each of all) each.stop();
        },
      };
    },
  },
  {
    name: "recorded",
    about: "the visits of a hundred people, cookies and all, played again from place to place",
    start(field) {
      const { random, site, target } = field;
      const people = Array.from({ length: 100 }, () => ({
        looks: browser(random),
        sid: word(random),
      }));
      let n = 0;
      return volley(field, {
        next() {
          const visit = [pick(site.pages, random), ...site.assets.slice(0, 4)];
          const step = n % visit.length;
          const client = Math.floor(n / visit.length);
          n += 1;
          const { looks, sid } = people[client % people.length] as (typeof people)[number];
          const extra = [
            ["Cookie", `sid=${sid}`],
            ["Referer", `http://${target.name}/`],
          ] as const;
          const path = visit[step] as string;
          return {
            address: field.address(GROUP, client % 3000),
            request: requestText({ path, host: target.name, looks, extra }),
          };
        },
      });
    },
  },
  {
    name: "methods",
    about: "OPTIONS, PUT and DELETE for things that each have a path of their own",
    start(field) {
      const { random, target } = field;
      return volley(field, {
        next: () => ({
          address: field.address(GROUP, below(1500, random)),
          request: requestText({
            method: pick(["OPTIONS", "PUT", "DELETE"], random),
            path: `/api/items/${word(random)}`,
            host: target.name,
            looks: browser(random),
            body: "",
          }),
        }),
      });
    },
  },
];
