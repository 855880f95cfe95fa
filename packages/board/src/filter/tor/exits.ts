import { networkOf } from "@egide/std/ip.ts";
import { z } from "zod";

/** Addresses by which Tor reaches the rest of the Internet, as they were published. */
export const exitListSchema = z.strictObject({
  source: z.string().max(2048),
  /** When it was fetched: `2026-11-22`. */
  date: z.iso.date(),
  addresses: z.array(z.string().max(64)).max(50_000).readonly(),
});
export type ExitList = Readonly<z.infer<typeof exitListSchema>>;

const MOST_LINES = 100_000;

/**
 * Reads what the Tor Project publishes: an address a line (`torbulkexitlist`), or the longer form in
 * which they stand behind `ExitAddress` (`exit-addresses`). Throws for anything else: half a list
 * would let the other half through in silence.
 */
export function readPublishedExits(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.length > MOST_LINES) throw new Error("the list is too long");
  const found = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const words = line.trim().split(/\s+/, 3);
    const [first = "", second = ""] = words;
    if (first === "" || first.startsWith("#")) continue;
    if (first === "ExitNode" || first === "Published" || first === "LastStatus") continue;
    const address = first === "ExitAddress" ? second : words.length === 1 ? first : "";
    const key = keyOf(address);
    if (key === null) throw new Error(`line ${i + 1} holds no address`);
    found.add(address);
  }
  if (found.size === 0) throw new Error("there is no address in the list");
  return [...found];
}

/** One spelling for one address; null where it is none. */
export function keyOf(address: string): string | null {
  return networkOf(address, 128);
}
