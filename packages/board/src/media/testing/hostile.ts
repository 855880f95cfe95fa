import { expect } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import sharp from "sharp";
import type { MediaPolicy } from "#media/policy.ts";
import { inspect } from "#media/structure/read.ts";
import { PAYLOAD } from "#media/testing/make.ts";
import type { TestParts } from "#media/testing/parts.ts";
import type { MediaFault } from "#media/texts.ts";

/** What becomes of a hostile file: refused with this code, or taken without what made it hostile. */
export type Outcome = MediaFault | "neutralised";

/** What no file that is handed out may hold, whoever opens it. */
const FORBIDDEN = [PAYLOAD, "<script", "<?php", "PK\x03\x04", "PK\x05\x06", "<html"];

/** Takes a file in and answers what became of it; what is taken is searched for what it brought. */
export async function tried(
  { ingest, store }: TestParts,
  content: Uint8Array,
  policy: MediaPolicy,
): Promise<Outcome> {
  const upload = { content, filename: "picture.jpg" };
  const file = await ingest.ingest(upload, policy).catch((error: unknown) => error);
  if (file instanceof AppError) return file.code as MediaFault;
  if (file instanceof Error) throw file;
  const taken = file as Awaited<ReturnType<typeof ingest.ingest>>;
  for (const thumb of [false, true]) {
    if (thumb && taken.thumb === null) continue;
    const blob = await store.open({ sha256: taken.sha256, kind: taken.kind, thumb });
    const bytes = Buffer.from((await blob?.bytes()) as Uint8Array);
    for (const word of FORBIDDEN) expect(bytes.includes(word, 0, "latin1")).toBe(false);
    expect(() => inspect(bytes, policy)).not.toThrow();
    if (taken.pdq === null) continue;
    const kept = await sharp(bytes).metadata();
    expect([kept.exif, kept.xmp, kept.icc, kept.iptc]).toEqual(Array(4).fill(undefined));
  }
  return "neutralised";
}
