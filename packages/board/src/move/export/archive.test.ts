import { expect, test } from "bun:test";
import { writeWhole } from "#move/export/archive.ts";

/** Takes so many bytes at a time, as disks that fill up do. */
function slow(most: number) {
  const written: number[] = [];
  const write = async (bytes: Uint8Array, offset: number, length: number) => {
    const bytesWritten = Math.min(most, length);
    written.push(...bytes.subarray(offset, offset + bytesWritten));
    return { bytesWritten };
  };
  return { written, write };
}

test("what is written in parts is written to its end", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const file = slow(7);
  await writeWhole(file, bytes);
  expect(file.written).toEqual([...bytes]);
  await writeWhole(file, new Uint8Array(0));
  expect(file.written).toHaveLength(1000);
});

test("a disk that takes nothing any more ends it", async () => {
  const work = writeWhole(slow(0), new Uint8Array(1));
  expect((await Promise.allSettled([work]))[0].status).toBe("rejected");
});
