import type { Attack, Field } from "#drill/attack/attack.ts";
import { type Round, volley } from "#drill/attack/volley.ts";
import { below, pick } from "#drill/random.ts";
import { browser, type Looks, program, requestText } from "#drill/request.ts";

/* Attacks that differ in what of an ordinary request they use, and in whose ways they copy. */

const GROUP = 2;

interface Sent {
  readonly clients: number;
  readonly path: string;
  readonly method?: string;
  readonly looks?: Looks;
  readonly extra?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

function round(field: Field, { clients, looks, ...ask }: Sent): Round {
  const { random, target } = field;
  return {
    address: field.address(GROUP, below(clients, random)),
    request: requestText({ host: target.name, looks: looks ?? browser(random), ...ask }),
  };
}

const word = (field: Field): string => below(36 ** 6, field.random).toString(36);
const JSON_TYPE = ["Content-Type", "application/json"] as const;

/** Names that programs give themselves to be taken for browsers, from a list as attackers have it. */
function agentOf(n: number): string {
  const version = 90 + (n % 55);
  const system = ["Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X"];
  return `Mozilla/5.0 (${system[n % 3]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
}

const SOUGHT = ["wp-admin", "cgi-bin", "vendor/phpunit", ".git", ".env", "static/..%2f..%2fetc"];

export const IMITATIONS: readonly Attack[] = [
  {
    name: "json",
    about: "random JSON posted to the interface that programs use",
    start: (field) =>
      volley(field, {
        share: 0.5,
        next: () =>
          round(field, {
            clients: 2000,
            method: "POST",
            path: field.site.data ?? "/api/",
            looks: program(agentOf(below(200, field.random)), "application/json"),
            extra: [JSON_TYPE],
            body: JSON.stringify({ [word(field)]: word(field) }),
          }),
      }),
  },
  {
    name: "dear-queries",
    about: "few queries in JSON, each of them dear",
    start: (field) =>
      volley(field, {
        share: 0.1,
        next: () =>
          round(field, {
            clients: 600,
            method: "POST",
            path: "/graphql",
            extra: [JSON_TYPE],
            body: JSON.stringify({ query: `{ all(of: "${word(field)}") { all { all { id } } } }` }),
          }),
      }),
  },
  {
    name: "head",
    about: "HEAD for pages of the site, with browsers' looks",
    start: (field) =>
      volley(field, {
        next: () =>
          round(field, {
            clients: 1500,
            method: "HEAD",
            path: pick(field.site.pages, field.random),
          }),
      }),
  },
  {
    name: "ranges",
    about: "small parts of files that the cache has",
    start: (field) =>
      volley(field, {
        share: 2,
        next() {
          const from = below(9000, field.random);
          return round(field, {
            clients: 1500,
            path: pick([...field.site.assets, "/"], field.random),
            extra: [["Range", `bytes=${from}-${from + 9}`]],
          });
        },
      }),
  },
  {
    name: "agents",
    about: "a list of real browsers' names, in one program's order of fields",
    start: (field) =>
      volley(field, {
        next: () =>
          round(field, {
            clients: 1500,
            path: pick(field.site.pages, field.random),
            looks: program(agentOf(below(165, field.random)), "text/html"),
            extra: [["Referer", `https://${word(field)}.example/`]],
          }),
      }),
  },
  {
    name: "scanner",
    about: "paths on which others have holes, from a few dozen addresses",
    start: (field) =>
      volley(field, {
        share: 0.4,
        next: () =>
          round(field, {
            clients: 40,
            path: `/${pick(SOUGHT, field.random)}/${word(field)}.php`,
            looks: program(agentOf(below(165, field.random)), "*/*"),
          }),
      }),
  },
  {
    name: "large-heads",
    about: "cookies of 4,000 bytes that are new each time",
    start: (field) =>
      volley(field, {
        next: () =>
          round(field, {
            clients: 2000,
            path: pick(field.site.pages, field.random),
            extra: [["Cookie", `sid=${word(field).repeat(660).slice(0, 4000)}`]],
          }),
      }),
  },
  {
    name: "seldom",
    about: "three thousand addresses that ask once in twenty seconds, one after the other",
    start(field) {
      let n = 0;
      return volley(field, {
        share: 0.19,
        keep: false,
        next: () => ({
          ...round(field, { clients: 1, path: pick(field.site.pages, field.random) }),
          address: field.address(GROUP, n++ % 3000),
        }),
      });
    },
  },
  {
    name: "replay",
    about: "one person's visit, cookies and all, played again from a thousand addresses",
    start(field) {
      const looks = browser(field.random);
      const { pages, assets } = field.site;
      const sid = word(field);
      let n = 0;
      return volley(field, {
        next() {
          const visit = [pages[Math.floor(n / 5000) % pages.length] ?? "/", ...assets.slice(0, 4)];
          const step = n % visit.length;
          const client = Math.floor(n / visit.length) % 1000;
          n += 1;
          return {
            ...round(field, {
              clients: 1,
              path: visit[step] as string,
              looks,
              extra: [
                ["Cookie", `sid=${sid}`],
                ["Referer", `http://${field.target.name}/`],
              ],
            }),
            address: field.address(GROUP, client),
          };
        },
      });
    },
  },
];
