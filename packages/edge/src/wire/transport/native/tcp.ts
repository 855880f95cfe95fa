import { ptr } from "bun:ffi";
import { libc, setOption, switchOn } from "#wire/transport/native/libc.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";

const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_INFO = 11;
/** Where `tcpi_bytes_acked` stands in `struct tcp_info` (linux/tcp.h), in numbers of 32 bits. */
const BYTES_ACKED = 30;

/** A peer that is silent for a minute is asked; after four questions without an answer it is gone. */
const IDLE_SECONDS = 60;
const BETWEEN_SECONDS = 15;
const QUESTIONS = 4;

const info = new Uint32Array(64);
const infoLength = new Uint32Array(1);

/** Bytes that the peer's system has acknowledged, or -1 where ours does not tell. */
export function bytesAcked(fd: number | undefined): number {
  // The loop is there exactly where these calls are.
  if (fd === undefined || fd < 0 || nativeLoop() === null) return -1;
  infoLength[0] = info.byteLength;
  if (libc().getsockopt(fd, IPPROTO_TCP, TCP_INFO, ptr(info), ptr(infoLength)) !== 0) return -1;
  // Linux before 4.1 gives less.
  if (infoLength[0] < (BYTES_ACKED + 2) * 4) return -1;
  return (info[BYTES_ACKED] as number) + (info[BYTES_ACKED + 1] as number) * 2 ** 32;
}

export function keepAlive(fd: number | undefined): void {
  if (fd === undefined || fd < 0 || nativeLoop() === null) return;
  setOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_SECONDS);
  setOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, BETWEEN_SECONDS);
  setOption(fd, IPPROTO_TCP, TCP_KEEPCNT, QUESTIONS);
  switchOn(fd, SOL_SOCKET, SO_KEEPALIVE);
}
