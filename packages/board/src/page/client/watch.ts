import { here, make, thread } from "./dom.ts";
import { keep, kept } from "./kept.ts";
import { words } from "./words.ts";

interface Watched {
  readonly title: string;
  /** Replies that were there when it was last looked at. */
  readonly seen: number;
}

type Book = Record<string, Watched>;

const NAME = "watched";
const MOST = 100;
/** Counts of replies are asked for at most so often. */
const EVERY_MS = 60_000;

/** Lists threads that somebody follows, and how much is new in each. */
export async function watchThreads(): Promise<void> {
  if (thread !== null) lookAt(thread);
  await draw();
}

function lookAt(page: HTMLElement): void {
  const key = `${here.board}/${here.no}`;
  const button = make("button", { type: "button", class: "plain watch" });
  const label = (): void => {
    const isWatched = kept<Book>(NAME, {})[key] !== undefined;
    button.textContent = isWatched ? words.unwatch : words.watch;
    button.setAttribute("aria-pressed", String(isWatched));
  };
  const count = (): number => page.querySelectorAll(".post:not(.op)").length;
  const save = (): void => {
    const title = (document.querySelector("h1")?.textContent ?? key).trim();
    keep(NAME, { ...kept<Book>(NAME, {}), [key]: { title, seen: count() } });
  };
  button.addEventListener("click", () => {
    const { [key]: known, ...others } = kept<Book>(NAME, {});
    if (known !== undefined) keep(NAME, others);
    else if (Object.keys(others).length < MOST) save();
    label();
    void draw();
  });
  if (kept<Book>(NAME, {})[key] !== undefined) save();
  label();
  page.querySelector(".op > header .acts")?.before(button);
}

async function draw(): Promise<void> {
  document.getElementById("watched")?.remove();
  const book = Object.entries(kept<Book>(NAME, {}));
  if (book.length === 0) return;
  const replies = await counts(new Set(book.map(([key]) => key.split("/")[0] as string)));
  const lines = book.map(([key, { title, seen }]) => {
    const [board, no] = key.split("/");
    const fresh = Math.max(0, (replies[key] ?? seen) - seen);
    const link = make("a", { href: `/${board}/thread/${no}` }, `/${board}/ ${title}`);
    return make("li", {}, link, fresh > 0 ? ` (+${fresh})` : "");
  });
  const section = make("section", { id: "watched", "aria-label": words.watched });
  section.append(make("b", {}, words.watched), make("ul", {}, ...lines));
  document.querySelector("footer")?.before(section);
}

/** Replies of all threads of those boards; asked for anew only now and then. */
async function counts(boards: ReadonlySet<string>): Promise<Record<string, number>> {
  const known = kept<{ at: number; replies: Record<string, number> }>("counts", {
    at: 0,
    replies: {},
  });
  if (Date.now() - known.at < EVERY_MS) return known.replies;
  const replies: Record<string, number> = {};
  for (const board of boards) {
    const response = await fetch(`/${board}/threads.json`).catch(() => null);
    if (!response?.ok) continue;
    const pages = (await response.json()) as { threads: { no: number; replies: number }[] }[];
    for (const page of pages) {
      for (const listed of page.threads) replies[`${board}/${listed.no}`] = listed.replies;
    }
  }
  keep("counts", { at: Date.now(), replies });
  return replies;
}
