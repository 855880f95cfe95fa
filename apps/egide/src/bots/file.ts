import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CidrSet } from "@egide/std/ip.ts";
import type { RangeData } from "@egide/edge/identify/bots/ranges.ts";
import { z } from "zod";

const rangesSchema = z.record(
  z.string().max(64),
  z.strictObject({
    source: z.string(),
    date: z.string(),
    prefixes: z.array(z.string()).max(10_000),
  }),
);

function fileIn(state: string): string {
  return join(state, "bots.json");
}

/** Addresses of bots that were fetched last; none where the file is missing, or can't be used. */
export function readBotRanges(state: string, warn: (message: string) => void): RangeData {
  const file = fileIn(state);
  if (!existsSync(file)) return {};
  try {
    const ranges = rangesSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const { prefixes } of Object.values(ranges)) void new CidrSet(prefixes);
    return ranges;
  } catch (error) {
    warn(`${file}: ${String(error)}; the addresses of bots that came with Égide serve`);
    return {};
  }
}

export function writeBotRanges(state: string, ranges: RangeData): void {
  const file = fileIn(state);
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${JSON.stringify(ranges, null, 2)}\n`, { mode: 0o640 });
  renameSync(temporary, file);
}
