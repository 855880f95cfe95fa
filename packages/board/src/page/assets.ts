import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Locale } from "@egide/web/locale.ts";
import { LOCALES } from "@egide/web/locale.ts";
import type { Frame } from "#page/frame.ts";
import type { Words } from "#page/client/words.ts";
import { translate } from "#page/message/text.ts";

/** A file that pages refer to, under an address that changes with its content. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

export interface Assets {
  readonly byPath: ReadonlyMap<string, Asset>;
  readonly of: (locale: Locale) => Frame["assets"];
}

/** A shield, drawn here. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 46"><path fill="#1747a6" d="M20 1 38 7v14c0 12-7.500 20-18 24z"/><path fill="#1f7a8c" d="M20 1 2 7v14c0 12 7.500 20 18 24z"/></svg>`;

/** Makes the style and the scripts, once, when the board starts: nobody has to build anything. */
export async function makeAssets(): Promise<Assets> {
  const css = asset("board", "css", "text/css; charset=utf-8", await styles());
  const staff = asset("staff", "css", "text/css; charset=utf-8", await bundle("staff.css"));
  const icon = asset("icon", "svg", "image/svg+xml", ICON);
  const javascript = "text/javascript; charset=utf-8";
  const proof = asset("proof", "js", javascript, await bundle("client/proof.client.ts"));
  const scripts = new Map<Locale, Asset>();
  for (const locale of LOCALES) {
    const words = JSON.stringify(wordsOf(locale));
    const text = await bundle("client/main.client.ts", { WORDS: words });
    scripts.set(locale, asset(`board.${locale}`, "js", javascript, text));
  }
  const all = [css, staff, icon, proof, ...scripts.values()];
  return {
    byPath: new Map(all.map((one) => [one.path, one])),
    of: (locale) => ({
      css: css.path,
      staff: staff.path,
      icon: icon.path,
      proof: proof.path,
      script: (scripts.get(locale) as Asset).path,
    }),
  };
}

/** The dark colours hold for a device that is dark unless a visitor chose light, and for a choice. */
async function styles(): Promise<string> {
  const dark = await bundle("dark.css");
  const under = (selector: string): string => dark.replace(":root", selector);
  const byDevice = under(':root:not([data-theme="light"])');
  const byChoice = under(':root[data-theme="dark"]');
  const light = await bundle("style.css");
  // Paper is light, whatever a visitor chose for the screen.
  return `${light}@media screen{@media (prefers-color-scheme:dark){${byDevice}}${byChoice}}`;
}

async function bundle(file: string, define: Record<string, string> = {}): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, file)],
    target: "browser",
    format: "iife",
    minify: true,
    define,
  });
  const text = await result.outputs[0]?.text();
  if (text === undefined) throw new Error(`${file} makes nothing`);
  return text.trim();
}

function asset(name: string, extension: string, type: string, body: string): Asset {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 10);
  return { path: `/assets/${name}.${hash}.${extension}`, type, body };
}

function wordsOf(locale: Locale): Words {
  const t = translate(locale);
  return {
    lang: locale,
    watch: t("thread.watch"),
    unwatch: t("thread.unwatch"),
    watched: t("thread.watched"),
    close: t("script.close"),
    sending: t("script.sending"),
    failed: t("script.failed"),
    held: t("post.held"),
    live: t("thread.live"),
    stale: t("thread.stale"),
    arrived: t("thread.arrived"),
    op: t("quote.op"),
    you: t("quote.you"),
    cross: t("quote.cross"),
    filter: t("board.filter"),
    noMatch: t("board.no-match"),
    shrink: t("script.shrink"),
    why: t("ban.why"),
  };
}
