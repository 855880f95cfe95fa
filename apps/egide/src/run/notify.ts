import { ptr } from "bun:ffi";
import { openLibc } from "#run/libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x8_0000;

/**
 * Tells systemd how we are (sd_notify(3)): `READY=1`, `STOPPING=1`, `MAINPID=…`. Without
 * NOTIFY_SOCKET nobody asked, and nothing happens.
 */
export function notifyServiceManager(
  state: string,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const path = env["NOTIFY_SOCKET"];
  if (path === undefined || path.length < 2 || path.length > 107) return false;
  const libc = openLibc();
  if (libc === null) return false;
  const address = new Uint8Array(2 + path.length);
  address[0] = AF_UNIX;
  // A leading @ stands for the zero byte of an abstract name.
  address.set(new TextEncoder().encode(path.startsWith("@") ? `\0${path.slice(1)}` : path), 2);
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const message = new TextEncoder().encode(state);
  const sent = libc.sendto(fd, ptr(message), message.length, 0, ptr(address), address.length);
  libc.close(fd);
  return Number(sent) === message.length;
}
