import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import * as tls from "node:tls";

/** What a test's listener tells of a connection, and what the client saw of it. */
export interface Answer {
  readonly said: string;
  readonly version: string;
  readonly cipher: string;
  readonly serverName: string;
  readonly alpn: string;
  readonly ja4: string;
  readonly remote: { address: string; port: number };
  readonly clientCertificate?: { verified: boolean; subject: string } | null;
  readonly subject: string;
  readonly reused: boolean;
}

/** One TLS connection by Bun's node:tls client: says "hello", gives what came back. */
export function ask(port: number, options: tls.ConnectionOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
    let text = "";
    socket.on("secureConnect", () => socket.write("hello"));
    socket.on("data", (chunk) => {
      text += String(chunk);
      if (!text.endsWith("\n")) return;
      const subject = String(socket.getPeerCertificate().subject?.CN);
      resolve({ ...JSON.parse(text), subject, reused: socket.isSessionReused() } as Answer);
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
  });
}

/** OpenSSL's client; `input` is typed once the handshake is through. */
export function openssl(port: number, args: string[], input = "hello"): Promise<string> {
  return new Promise((resolve) => {
    const command = ["s_client", "-connect", `127.0.0.1:${port}`, ...args];
    const child = spawn("openssl", command, { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let typed = false;
    const heard = (chunk: Buffer) => {
      out += chunk.toString("latin1");
      if (!typed && out.includes("Verify return code")) {
        typed = true;
        child.stdin.write(`${input}\n`);
      }
      if (out.includes('"said"')) child.stdin.end();
    };
    child.stdout.on("data", heard);
    child.stderr.on("data", heard);
    child.stdin.on("error", () => {});
    child.on("close", () => resolve(out));
  });
}

/** Sends raw bytes and gives all that comes back, in hex. */
export function bytesBack(port: number, bytes: Buffer, close = false): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const got: Buffer[] = [];
    socket.on("connect", () => {
      if (close) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on("data", (chunk) => void got.push(chunk as Buffer));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(got).toString("hex")));
  });
}

/** Connects from `localAddress`, says `bytes` and nothing else. */
export function stay(port: number, localAddress: string, bytes: Buffer): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    socket.on("connect", () => socket.write(bytes, () => resolve(socket)));
  });
}

/** What Bun's node:tls client says first. */
export function firstFlight(): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once("data", (chunk: Buffer) => {
        resolve(chunk);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      tls.connect({ host: "127.0.0.1", port }).on("error", () => {});
    });
  });
}
