import { type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { libc } from "#wire/transport/native/libc.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";

/** Smaller bodies are sent as cheaply by copying them. */
const WORTH = 131_072;
/** Each holds a descriptor: the most that a thread spends on them. */
const MOST = 512;
const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const NAME = Buffer.from("egide-body\0", "latin1");

interface Pages {
  readonly fd: number;
  readonly at: Pointer;
  readonly length: number;
}

const descriptors = new WeakMap<ArrayBufferLike, number>();
let open = 0;
/** The memory goes once nobody can look at it any more: not the store, not a write that waits. */
const unreachable = new FinalizationRegistry<Pages>(({ fd, at, length }) => {
  libc().munmap(at, length);
  libc().close(fd);
  open--;
});

/**
 * Memory for a body that is written once and sent many times. Large ones lie in the pages of a nameless
 * file (memfd_create(2)), which native connections hand to the kernel without a copy (sendfile(2)). What
 * has been sent from it must not change any more.
 */
export function bodyMemory(length: number): Uint8Array {
  return bodyPages(length) ?? new Uint8Array(length);
}

/** The file that holds the memory below `bytes`, at the same offsets as their buffer; -1: none. */
export function fileBelow(bytes: Uint8Array): number {
  return open === 0 ? -1 : (descriptors.get(bytes.buffer) ?? -1);
}

/** The same, or null where a body is too small for it or the system has none. */
export function bodyPages(length: number): Uint8Array | null {
  if (length < WORTH || open >= MOST || nativeLoop() === null) return null;
  const c = libc();
  const fd = c.memfd_create(ptr(NAME), MFD_CLOEXEC);
  if (fd < 0) return null;
  // Allocated at once: where memory is short this fails, and a page that is touched later does not.
  const at = c.fallocate(fd, 0, 0, length) === 0 ? mapped(fd, length) : null;
  if (at === null) {
    c.close(fd);
    return null;
  }
  const buffer = toArrayBuffer(at, 0, length);
  descriptors.set(buffer, fd);
  unreachable.register(buffer, { fd, at, length });
  open++;
  return new Uint8Array(buffer);
}

/** Null where the system doesn't map it, which mmap(2) says by -1. */
function mapped(fd: number, length: number): Pointer | null {
  const at = Number(libc().mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0));
  return at > 0 && at < 2 ** 53 ? (at as Pointer) : null;
}

const offset = new BigInt64Array(1);

/** Sends `count` bytes from offset `from` of `file`; answers like send(2). */
export function sendFile(fd: number, file: number, from: number, count: number): number {
  offset[0] = BigInt(from);
  return libc().sendfile(fd, file, ptr(offset), count);
}
