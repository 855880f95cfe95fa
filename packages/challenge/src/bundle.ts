import { join } from "node:path";

/*
 * Makes the scripts that browsers get: `bun packages/challenge/src/bundle.ts`. What it writes
 * is committed, so that an edge needs no bundler; a test compares it with its sources.
 */

export const SCRIPTS = ["page", "api"] as const;

export async function bundle(name: (typeof SCRIPTS)[number]): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "client", `${name}.client.ts`)],
    target: "browser",
    format: "iife",
    minify: true,
  });
  const text = await result.outputs[0]?.text();
  if (text === undefined) throw new Error(`${name} makes no script`);
  // Inline in HTML the text must not end its own element.
  if (/<\/script|<!--/i.test(text)) throw new Error(`${name} would end its element`);
  return text.trim();
}

export function generatedPath(name: string): string {
  return join(import.meta.dir, "client/generated", `${name}.js`);
}

if (import.meta.main) {
  for (const name of SCRIPTS) await Bun.write(generatedPath(name), await bundle(name));
}
