import { dlopen, ptr, read } from "bun:ffi";

function open() {
  return dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
  }).symbols;
}

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const NETLINK_NETFILTER = 12;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;

/** Room for a batch of tens of thousands of elements, and for its answers. */
const BUFFER_BYTES = 16_777_216;

/**
 * A socket to the kernel's netfilter (netlink(7)). The kernel works a message off while it is sent, so
 * that its answers are there when `send` returns: nothing here waits.
 */
export interface NetlinkSocket {
  /** Errno, or 0. */
  send(message: Uint8Array): number;
  /** The next datagram of answers, or null where there is none. Valid until the next call. */
  receive(): Uint8Array | null;
  close(): void;
}

/** Null where the system has no such socket for us. */
export function openNetlink(): NetlinkSocket | null {
  let libc: ReturnType<typeof open>;
  try {
    libc = open();
  } catch {
    return null;
  }
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) return null;
  const size = Int32Array.of(BUFFER_BYTES);
  libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, ptr(size), 4);
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, ptr(size), 4);
  const answers = new Uint8Array(262_144);
  const errno = (): number => {
    const at = libc.__errno_location();
    return at === null ? -1 : read.i32(at, 0);
  };
  return {
    send: (message) =>
      Number(libc.send(fd, ptr(message), message.length, 0)) === message.length ? 0 : errno(),
    receive() {
      const got = Number(libc.recv(fd, ptr(answers), answers.length, MSG_DONTWAIT | MSG_TRUNC));
      return got <= 0 ? null : answers.subarray(0, Math.min(got, answers.length));
    },
    close: () => void libc.close(fd),
  };
}
