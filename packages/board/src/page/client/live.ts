import { make, thread } from "./dom.ts";
import { markQuotes } from "./quote.ts";
import { localTimes } from "./time.ts";
import { words } from "./words.ts";

/** What the server tells of a thread (api/live.ts). */
interface Told {
  readonly no: number;
  /** The post as it looks now; absent where it is gone. */
  readonly html?: string;
}

const status = document.getElementById("live");
const title = document.title;
let unseen = 0;

/** Shows what is posted, edited and removed while the page is open. */
export function followThread(): void {
  const url = thread?.dataset["live"];
  if (thread === null || url === undefined || typeof EventSource === "undefined") return;
  const last = thread.lastElementChild?.id.slice(1) ?? "0";
  const source = new EventSource(`${url}?after=${last}`);
  source.addEventListener("open", () => say(words.live));
  source.addEventListener("error", () => say(words.stale));
  source.addEventListener("post", (event) => {
    const told = JSON.parse((event as MessageEvent<string>).data) as Told;
    if (told.html === undefined) document.getElementById(`p${told.no}`)?.remove();
    else put(told.no, told.html);
  });
  document.addEventListener("visibilitychange", seen);
  addEventListener("pagehide", () => source.close());
}

/** Puts a post where it belongs, once; says whether it is new. */
export function put(no: number, html: string): boolean {
  // The server wrote it, by the same hand that wrote the page.
  const post = document.importNode(
    new DOMParser().parseFromString(html, "text/html").body.firstElementChild as HTMLElement,
    true,
  );
  localTimes(post);
  markQuotes(post);
  const known = document.getElementById(`p${no}`);
  if (known !== null) {
    known.replaceWith(post);
    return false;
  }
  post.classList.add("new");
  thread?.append(post);
  // Said aloud too: who reads by ear is not at the end of the page.
  say(`${words.arrived} `, make("a", { href: `#p${no}` }, `>>${no}`));
  if (document.hidden) unseen++;
  seen();
  return true;
}

function seen(): void {
  if (!document.hidden) unseen = 0;
  document.title = unseen > 0 ? `(${unseen}) ${title}` : title;
}

function say(...parts: readonly (Node | string)[]): void {
  status?.replaceChildren(make("span", {}, ...parts));
}
