import { fetchPart, here, make, type Reference, referenceOf, thread, within } from "./dom.ts";
import { isOwn } from "./kept.ts";
import { localTimes } from "./time.ts";
import { words } from "./words.ts";

const fetched = new Map<string, Promise<Element | null>>();
let shown: HTMLElement | null = null;
let wanted = "";

/** Says beside a reference what it refers to: the opening post, oneself, another thread. */
export function markQuotes(root: ParentNode): void {
  if (thread === null) return;
  for (const link of root.querySelectorAll<HTMLAnchorElement>(".text a.quotelink")) {
    const to = referenceOf(link);
    if (to === null || link.dataset["marked"] !== undefined) continue;
    link.dataset["marked"] = "";
    const mark = isOwn(to.board, to.no)
      ? words.you
      : to.board !== here.board || to.thread !== here.no
        ? words.cross
        : to.no === here.no
          ? words.op
          : "";
    if (mark !== "") link.after(make("small", {}, ` ${mark}`));
  }
}

/** Shows what a reference refers to while it is pointed at or focused. */
export function previewQuotes(): void {
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => {
      const link = within(event, "a.quotelink", HTMLAnchorElement);
      if (link !== null) void show(link);
    });
  }
  for (const type of ["pointerout", "focusout"]) {
    document.addEventListener(type, (event) => {
      if (within(event, "a.quotelink", HTMLAnchorElement) !== null) hide();
    });
  }
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
}

async function show(link: HTMLAnchorElement): Promise<void> {
  const to = referenceOf(link);
  if (to === null) return;
  hide();
  wanted = link.href;
  const target = onPage(to);
  if (target !== null && isInSight(target)) return target.classList.add("lit");
  const original = target ?? (await ask(to));
  // By the time that it came the pointer may be elsewhere.
  if (original === null || wanted !== link.href) return;
  const copy = original.cloneNode(true) as HTMLElement;
  copy.removeAttribute("id");
  copy.classList.add("preview");
  copy.setAttribute("role", "tooltip");
  localTimes(copy);
  document.body.append(copy);
  place(copy, link.getBoundingClientRect());
  shown = copy;
}

function hide(): void {
  wanted = "";
  shown?.remove();
  shown = null;
  for (const post of document.querySelectorAll(".lit")) post.classList.remove("lit");
}

function onPage({ board, no }: Reference): HTMLElement | null {
  return board === here.board ? document.getElementById(`p${no}`) : null;
}

function ask({ board, no }: Reference): Promise<Element | null> {
  const url = `/${board}/post/${no}`;
  const known = fetched.get(url) ?? fetchPart(url, "article.post").catch(() => null);
  fetched.set(url, known);
  return known;
}

function isInSight(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

/** Below the reference where there is room, else above it. */
function place(box: HTMLElement, beside: DOMRect): void {
  const { offsetHeight, offsetWidth } = box;
  const isBelow = beside.bottom + offsetHeight < innerHeight || beside.top < offsetHeight;
  box.style.top = `${scrollY + (isBelow ? beside.bottom + 4 : beside.top - offsetHeight - 4)}px`;
  box.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - offsetWidth - 8))}px`;
}
