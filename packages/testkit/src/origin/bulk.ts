import type { Socket } from "bun";
import { PatternCheck, patternAt } from "#pattern.ts";

interface Peer {
  head: string;
  /** Bytes of a download that are still to be sent, and where in the pattern they start. */
  left: number;
  offset: number;
  /** Bytes of an upload still to come. */
  expected: number;
  upload: PatternCheck | null;
}

const STEP = 256 * 1024;

/**
 * An origin for bodies of any size in constant memory. `GET /N` answers N bytes of the test pattern
 * with a Content-Length; `PUT` takes a body with a Content-Length and answers `LENGTH intact`.
 */
export function startBulkOrigin(): { readonly port: number; stop(): void } {
  const server = Bun.listen<Peer>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { head: "", left: 0, offset: 0, expected: 0, upload: null };
      },
      data(socket, chunk) {
        if (socket.data.upload === null) readHead(socket, chunk);
        else takeUpload(socket, chunk);
      },
      drain: pump,
      error() {},
    },
  });
  return { port: server.port, stop: () => server.stop(true) };
}

function readHead(socket: Socket<Peer>, chunk: Buffer): void {
  const peer = socket.data;
  const before = peer.head.length;
  peer.head += chunk.toString("latin1");
  const end = peer.head.indexOf("\r\n\r\n");
  if (end < 0) return;
  const [method, target = "/"] = peer.head.split(" ", 2);
  const length = /^content-length: *(\d+)/im.exec(peer.head.slice(0, end))?.[1];
  peer.head = "";
  if (method === "PUT") {
    peer.expected = Number(length ?? 0);
    peer.upload = new PatternCheck();
    takeUpload(socket, chunk.subarray(end + 4 - before));
    return;
  }
  peer.left = Number(target.slice(1).split("?", 1)[0]);
  peer.offset = 0;
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${peer.left}\r\n\r\n`,
  );
  if (method === "HEAD") peer.left = 0;
  pump(socket);
}

function pump(socket: Socket<Peer>): void {
  const peer = socket.data;
  while (peer.left > 0) {
    const bytes = patternAt(peer.offset, Math.min(STEP, peer.left));
    const written = socket.write(bytes);
    if (written <= 0) return;
    peer.left -= written;
    peer.offset += written;
    if (written < bytes.length) return;
  }
}

function takeUpload(socket: Socket<Peer>, chunk: Uint8Array): void {
  const peer = socket.data;
  const upload = peer.upload as PatternCheck;
  upload.take(chunk);
  if (upload.length < peer.expected) return;
  const body = `${upload.length} ${upload.intact ? "intact" : "damaged"}`;
  peer.upload = null;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}
