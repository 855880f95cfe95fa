import { make, within } from "./dom.ts";
import { words } from "./words.ts";

const VIDEO = new Set(["mp4", "webm"]);
const AUDIO = new Set(["mp3", "ogg"]);
const small = new WeakMap<HTMLAnchorElement, Node[]>();

/** Shows a file where it stands, instead of leaving the page. */
export function expandMedia(): void {
  document.addEventListener("click", (event) => {
    if (!(event instanceof MouseEvent) || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = within(event, "a.thumb", HTMLAnchorElement);
    const kind = link?.dataset["kind"] ?? "pdf";
    if (link === null || kind === "pdf") return;
    event.preventDefault();
    if (small.has(link)) shrink(link);
    else grow(link, kind);
  });
}

function grow(link: HTMLAnchorElement, kind: string): void {
  small.set(link, [...link.childNodes]);
  link.classList.add("grown");
  if (!VIDEO.has(kind) && !AUDIO.has(kind)) {
    const alt = link.querySelector("img")?.alt ?? "";
    link.replaceChildren(make("img", { src: link.href, alt }));
    return;
  }
  const player = make(VIDEO.has(kind) ? "video" : "audio", { src: link.href, controls: "" });
  const close = make("button", { type: "button", class: "plain" }, words.shrink);
  const box = make("div", { class: "grown" }, player, make("br"), close);
  close.addEventListener("click", () => {
    box.remove();
    link.hidden = false;
    shrink(link);
    link.focus();
  });
  link.hidden = true;
  link.after(box);
  void player.play().catch(() => undefined);
}

function shrink(link: HTMLAnchorElement): void {
  link.replaceChildren(...(small.get(link) ?? []));
  link.classList.remove("grown");
  small.delete(link);
}
