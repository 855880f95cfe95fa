/** Makes an element; text is text, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The element that an event happened in, if it is one that is asked for. */
export function within<T extends Element>(
  event: Event,
  selector: string,
  type: new () => T,
): T | null {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof type ? found : null;
}

/** What an address of the site refers to: `/b/thread/1#p2`. */
export interface Reference {
  readonly board: string;
  readonly thread: number;
  readonly no: number;
}

export function referenceOf(link: HTMLAnchorElement): Reference | null {
  const path = /^\/([a-z0-9]+)\/thread\/(\d+)$/.exec(link.pathname);
  const hash = /^#p(\d+)$/.exec(link.hash);
  if (path === null || hash === null || link.origin !== location.origin) return null;
  return { board: path[1] as string, thread: Number(path[2]), no: Number(hash[1]) };
}

/** The thread that the page shows whole, if it does. */
export const thread = document.querySelector<HTMLElement>("[data-thread]");
const [board = "", no = "0"] = (thread?.dataset["thread"] ?? "").split("/");
export const here = { board, no: Number(no) } as const;

/** Reads a page of the site and answers one part of it. */
export async function fetchPart(url: string, selector: string): Promise<Element | null> {
  const response = await fetch(url, { headers: { accept: "text/html" } });
  if (!response.ok) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const part = page.querySelector(selector);
  return part === null ? null : document.importNode(part, true);
}
