import { ptr } from "bun:ffi";
import { openLibc } from "#run/libc.ts";
import { listenRows, ownSockets, sharedGroups } from "#run/listeners.ts";

const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;

/** Classic BPF (linux/filter.h): `A = random; A %= count; A += first; return A`. */
export function pickProgram(first: number, count: number): Uint8Array<ArrayBuffer> {
  // SKF_AD_OFF + SKF_AD_RANDOM. The hash of the packet would do for most cards, but not for all.
  const random = 0xff_ff_f0_00 + 56;
  const instructions = [
    [0x20, random],
    [0x94, count],
    [0x04, first],
    [0x16, 0],
  ] as const;
  const bytes = new Uint8Array(instructions.length * 8);
  const view = new DataView(bytes.buffer);
  instructions.forEach(([code, k], i) => {
    view.setUint16(i * 8, code, true);
    view.setUint32(i * 8 + 4, k, true);
  });
  return bytes;
}

export interface Steering {
  /**
   * From now on one socket of ours takes all. While the older ones close, the kernel moves the last
   * socket of a group into each gap (net/core/sock_reuseport.c), so that only the first index of ours
   * stays good throughout, provided that we have at least as many sockets as they had.
   */
  narrow(): void;
  /** Leaves the choice to the kernel again. */
  release(): void;
}

/**
 * Sends every new connection to this process alone, although an older one still listens on the same
 * ports (SO_REUSEPORT, socket(7)). The older one can then empty its accept queue at leisure and
 * close: a listener that is closed with connections in its queue resets them, and while the kernel
 * still picks it there always are some. An index beyond the group falls back to the kernel's own
 * choice, so that nothing breaks once the older sockets are gone.
 *
 * Null where the system does not let us.
 */
export function steerToThisProcess(): Steering | null {
  const libc = openLibc();
  if (libc === null) return null;
  const groups = sharedGroups(listenRows(), ownSockets());
  const attach = (fd: number, first: number, count: number): boolean => {
    const program = pickProgram(first, count);
    const header = new Uint8Array(16);
    const view = new DataView(header.buffer);
    view.setUint16(0, program.length / 8, true);
    view.setBigUint64(8, BigInt(ptr(program)), true);
    return libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, ptr(header), 16) === 0;
  };
  const release = (): void => {
    const zero = new Uint8Array(4);
    for (const { fd } of groups) {
      libc.setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, ptr(zero), 4);
    }
  };
  if (!groups.every(({ fd, others, own }) => attach(fd, others, own))) {
    release();
    return null;
  }
  return {
    narrow() {
      for (const { fd, others } of groups) attach(fd, others, 1);
    },
    release,
  };
}
