import type { Attack } from "#drill/attack/attack.ts";
import { article, crowd, tell } from "#drill/day/crowd.ts";
import { Program } from "#drill/program.ts";
import { wait } from "#drill/random.ts";
import { program } from "#drill/request.ts";

/** Something that happens on a day without an attack: who comes are people, or programs they use. */
export type Event = Attack;

/** A group of addresses. */
const PROGRAMS = 2;

export const EVENTS: readonly Event[] = [
  {
    name: "flash-crowd",
    about: "twenty times the readers come within seconds, all to one article",
    start: (field) =>
      crowd(field, { people: 960, pages: [article(field)], think: 4000, ramp: 4000 }),
  },
  {
    name: "launch",
    about: "a product is launched: hundreds look at its page at once, and many order",
    start: (field) =>
      crowd(field, {
        people: 500,
        pages: [article(field), article(field), field.site.pages[0] ?? "/"],
        think: 4000,
        ramp: 2000,
        writes: 0.3,
      }),
  },
  {
    name: "feed-stampede",
    about:
      "three hundred feed readers poll at the same second, and again, with what they have kept",
    start(field) {
      const { target, site, random } = field;
      const readers = Array.from({ length: 300 }, (_, n) => {
        const every = 5000;
        return new Program({
          target,
          address: field.address(PROGRAMS, n),
          looks: program(`FeedReader/${n % 40}.${n % 7}`, "application/rss+xml, */*"),
          next: () => site.feed ?? "/",
          // Always at the same moment, give or take what clocks differ.
          pause: () => every - (field.now() % every) + random() * 400,
          isThrifty: true,
          told: tell(field),
        });
      });
      for (const each of readers) each.start(random() * 400);
      return {
        stop() {
          for (const each of readers) each.stop();
        },
      };
    },
  },
  {
    name: "crawl",
    about: "a search engine's bot reads the whole site, fast and steadily",
    start(field) {
      const { target, site, random } = field;
      const pages = site.archive ?? site.pages;
      let n = 0;
      const bot = new Program({
        target,
        address: field.address(PROGRAMS, 0),
        looks: program("Mozilla/5.0 (compatible; OtherSearchBot/2.1)", "text/html"),
        next: () => pages[n++ % pages.length] ?? "/",
        pause: () => 40 + wait(10, random),
        told: tell(field),
      });
      bot.start(0);
      return bot;
    },
  },
  {
    name: "office",
    about: "an office of 500 reads the site from behind one address",
    start: (field) => crowd(field, { people: 500, think: 6000, ramp: 5000, isShared: true }),
  },
];
