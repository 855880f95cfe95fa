import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/** A file in pieces; unpacked where it is gzip, by its first bytes and not by its name. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await Bun.file(path).slice(0, 2).arrayBuffer());
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    for await (const piece of file) yield piece as Uint8Array;
    return;
  }
  const unpacked = createGunzip();
  // A damaged archive ends the reading below: the error is that of the stream that is read.
  pipeline(file, unpacked, () => undefined);
  for await (const piece of unpacked) yield piece as Uint8Array;
}
