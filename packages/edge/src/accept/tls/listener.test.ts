import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import * as tls from "node:tls";
import { systemClock } from "@egide/std/clock.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { readCertificate } from "#accept/tls/certificate.ts";
import { Certificates, type ClientAuthority, type TlsEntry } from "#accept/tls/certificates.ts";
import { listenTls, type TlsListenOptions, type TlsListener } from "#accept/tls/listener.ts";
import { ask, bytesBack, firstFlight, openssl, stay } from "#accept/tls/test-peer.ts";
import { TestCertificates, type TestPair } from "#accept/tls/test-certificates.ts";
import type { Conn } from "#wire/conn.ts";

const made = new TestCertificates();
const a = made.selfSigned(["a.test"]);
const b = made.selfSigned(["b.test", "*.b.test"]);
const rsa = made.selfSigned(["rsa.test"], { kind: "rsa" });
const authority = made.selfSigned(["ca.test"]);
const alice = made.signed(["alice"], authority);

function entry(pair: TestPair, names: string[], more: Partial<TlsEntry> = {}): TlsEntry {
  const certificate = readCertificate(pair.cert, pair.key, Date.now());
  return { certificate, names, minVersion: "1.2", clients: null, ...more };
}

const asks = (require: boolean): ClientAuthority => ({ ca: authority.cert, require });
const set = [
  entry(a, ["a.test"]),
  entry(b, ["b.test", "*.b.test"]),
  entry(rsa, ["rsa.test"]),
  entry(b, ["new.test"], { minVersion: "1.3" }),
  entry(b, ["mutual.test"], { clients: asks(true) }),
  entry(b, ["maybe.test"], { clients: asks(false) }),
];

const certificates = new Certificates();
certificates.replace(set);
const listeners: TlsListener[] = [];
const refused: string[] = [];

function listen(options: Partial<TlsListenOptions> = {}): TlsListener {
  const listener = listenTls({
    hostname: "127.0.0.1",
    port: 0,
    reusePort: false,
    backlog: 256,
    certificates,
    unknownName: "default",
    proxied: null,
    wheel: new TimerWheel(systemClock),
    handshakeSeconds: 10,
    handshakes: 1000,
    onConn: echo,
    onPlain: null,
    onRefused: (code) => refused.push(code),
    ...options,
  });
  listeners.push(listener);
  return listener;
}

/** Answers each chunk with the connection's facts and the chunk, and an end with an end. */
function echo(conn: Conn): void {
  conn.handler = {
    onData: (chunk) => {
      const said = Buffer.from(chunk).toString();
      const { remote, local } = conn;
      conn.writeLatin1(`${JSON.stringify({ ...conn.tls, remote, local, said })}\n`);
    },
    onDrain: () => {},
    onEnd: () => {
      conn.writeLatin1("bye\n");
      conn.end();
    },
    onClose: () => {},
  };
}

afterAll(() => {
  for (const listener of listeners) listener.stop(true);
  made.dispose();
});

describe("TLS listener", () => {
  const listener = listen();

  test("shows the certificate of the server name, exact before wildcard, the first else", async () => {
    const subjects: [string | undefined, string][] = [
      ["a.test", "a.test"],
      ["A.Test", "a.test"],
      ["b.test", "b.test"],
      ["deep.x.b.test", "b.test"],
      ["elsewhere.test", "a.test"],
      [undefined, "a.test"],
    ];
    for (const [servername, subject] of subjects) {
      const answer = await ask(listener.port, servername === undefined ? {} : { servername });
      expect(answer.subject).toBe(subject);
      expect(answer.serverName).toBe((servername ?? "").toLowerCase());
    }
  });

  test("answers many that come at once, also those that have to wait for their turn", async () => {
    const asked = Array.from({ length: 40 }, () => ask(listener.port, { servername: "b.test" }));
    const answers = await Promise.all(asked);
    expect(answers.map(({ subject }) => subject)).toEqual(Array(40).fill("b.test"));
    expect(listener.handshakes).toBe(0);
  });

  test("agrees on h2 before http/1.1, and refuses protocols it does not speak", async () => {
    const offer = (...ALPNProtocols: string[]) => ask(listener.port, { ALPNProtocols });
    expect((await offer("http/1.1", "h2")).alpn).toBe("h2");
    expect((await offer("http/1.1")).alpn).toBe("http/1.1");
    expect((await ask(listener.port)).alpn).toBe("");
    expect(await openssl(listener.port, ["-alpn", "spdy/3"])).toContain("alert number 120");
  });

  test("tells version, cipher suite and JA4", async () => {
    const answer = await ask(listener.port, { servername: "a.test", ALPNProtocols: ["h2"] });
    expect(answer.version).toBe("TLSv1.3");
    expect(answer.cipher).toMatch(/^TLS_(AES|CHACHA20)_/);
    expect(answer.ja4).toMatch(/^t13d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$/);
  });

  test("speaks TLS 1.2 and 1.3 with AEAD and forward secrecy alone", async () => {
    expect(await openssl(listener.port, ["-tls1_3"])).toContain("TLSv1.3");
    expect(await openssl(listener.port, ["-tls1_2"])).toContain("ECDHE-ECDSA-AES");
    for (const version of ["-tls1", "-tls1_1"]) {
      const said = await openssl(listener.port, [version, "-cipher", "ALL:@SECLEVEL=0"]);
      expect(said).toContain("alert number 70");
    }
    const toRsa = ["-servername", "rsa.test", "-tls1_2", "-cipher"];
    for (const cipher of ["AES128-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"]) {
      expect(await openssl(listener.port, [...toRsa, cipher])).toContain("alert number 40");
    }
    expect(await openssl(listener.port, [...toRsa, "ECDHE-RSA-CHACHA20-POLY1305"])).toContain(
      '"said":"hello',
    );
  });

  test("holds a zone to its own oldest version", async () => {
    const name = ["-servername", "new.test"];
    expect(await openssl(listener.port, [...name, "-tls1_2"])).toContain("alert number 70");
    expect(await openssl(listener.port, [...name, "-tls1_3"])).toContain('"said":"hello');
  });

  test("refuses renegotiation", async () => {
    expect(await openssl(listener.port, ["-tls1_2"], "R")).toContain("alert number 100");
  });

  test("resumes sessions, also after certificates changed", async () => {
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const file = join(made.dir, `session${version}`);
      const name = [version, "-servername", "a.test"];
      expect(await openssl(listener.port, [...name, "-sess_out", file])).toContain("New, TLS");
      certificates.replace([...set]);
      expect(await openssl(listener.port, [...name, "-sess_in", file])).toContain("Reused, TLS");
    }
  });

  test("waits with as long a queue as it was told", () => {
    // ss(8) shows a listener's backlog as its Send-Q.
    const ss = spawnSync("ss", ["-Hltn", `sport = :${listener.port}`], { encoding: "utf8" });
    if (ss.status === 0) expect(ss.stdout.split(/\s+/)[2]).toBe("256");
  });

  test("reads a hello that comes in crumbs", async () => {
    const front = createServer((client) => {
      const back = connect(listener.port, "127.0.0.1");
      back.setNoDelay(true);
      let slow = true;
      client.on("data", (chunk: Buffer) => {
        if (!slow) return void back.write(chunk);
        slow = false;
        client.pause();
        let at = 0;
        const next = () => {
          if (at >= chunk.length) return void client.resume();
          back.write(chunk.subarray(at, at + 40), () => setImmediate(next));
          at += 40;
        };
        next();
      });
      back.on("data", (chunk) => client.write(chunk));
      client.on("close", () => back.destroy());
      client.on("error", () => {});
      back.on("error", () => {});
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const { port } = front.address() as { port: number };
    const answer = await ask(port, { servername: "b.test" });
    expect(answer.subject).toBe("b.test");
    expect(answer.ja4).toStartWith("t13d");
    front.close();
  });

  test("answers a hello that comes in several records", async () => {
    // Longer than one record may be.
    const protocols = ["a", "b", "c", "d", "e", "f"].map((letter) => letter.repeat(200));
    const cut = ["-max_send_frag", "512", "-alpn", [...protocols, "http/1.1"].join(",")];
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const said = await openssl(listener.port, [version, ...cut]);
      expect(said).toContain('"said":"hello');
    }
  });

  test("lets a client that ended its direction be answered", async () => {
    const said = await new Promise<string>((resolve, reject) => {
      const socket = tls.connect({
        host: "127.0.0.1",
        port: listener.port,
        rejectUnauthorized: false,
        allowHalfOpen: true,
      } as tls.ConnectionOptions);
      let text = "";
      socket.on("secureConnect", () => socket.end("last"));
      socket.on("data", (chunk) => (text += String(chunk)));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
    expect(said).toContain('"said":"last"');
    expect(said).toEndWith("bye\n");
  });

  test("refuses unknown names where it shall", async () => {
    const strict = listen({ unknownName: "refuse" });
    expect(await openssl(strict.port, ["-servername", "x.test"])).toContain("alert number 112");
    expect(await openssl(strict.port, ["-noservername"])).toContain("alert number 112");
    expect((await ask(strict.port, { servername: "b.test" })).subject).toBe("b.test");
  });

  test("sends an alert for what is no ClientHello, nothing to what is no TLS", async () => {
    expect(await bytesBack(listener.port, Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toBe(
      "15030300020232",
    );
    expect(await bytesBack(listener.port, Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toBe("");
  });

  test("hands plain HTTP over where somebody wants it", async () => {
    const polite = listen({
      onPlain: (conn) => {
        conn.handler = {
          onData: (chunk) => {
            conn.writeLatin1(`plain ${String(conn.tls === null)} ${chunk.length}`);
            conn.end();
          },
          onDrain: () => {},
          onEnd: () => {},
          onClose: () => {},
        };
      },
    });
    const back = await bytesBack(polite.port, Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    expect(Buffer.from(back, "hex").toString()).toBe("plain true 18");
  });

  test("hangs up on silent clients, and on too many at once", async () => {
    const clock = new FakeClock();
    const impatient = listen({ wheel: new TimerWheel(clock), handshakeSeconds: 2, handshakes: 1 });
    refused.length = 0;
    const silent = bytesBack(impatient.port, Buffer.from([22]));
    while (impatient.handshakes === 0) await new Promise(setImmediate);
    expect(await bytesBack(impatient.port, Buffer.from([22]))).toBe("");
    expect(refused).toEqual(["tls.too_many_handshakes"]);
    clock.advance(2500);
    expect(await silent).toBe("");
    expect(refused).toEqual(["tls.too_many_handshakes", "tls.handshake_timeout"]);
    expect(impatient.handshakes).toBe(0);
    expect(clock.pending).toBeLessThanOrEqual(1);
  });

  // Other addresses of the loopback are there on Linux alone.
  test.skipIf(process.platform !== "linux")(
    "hangs up on one address's newest handshakes for others' first",
    async () => {
      const hello = await firstFlight();
      for (const opening of [Buffer.from([22]), hello]) {
        const hungUpOn: string[] = [];
        const busy = listen({
          handshakes: 64,
          onRefused: (code, remote) => void hungUpOn.push(`${code} ${remote}`),
        });
        const flood = await Promise.all(
          Array.from({ length: 100 }, () => stay(busy.port, "127.0.0.2", opening)),
        );
        while (hungUpOn.length < 36) await new Promise(setImmediate);
        expect(busy.handshakes).toBe(64);
        for (const localAddress of ["127.0.0.3", "127.0.0.3", "127.0.0.4"]) {
          const from = { localAddress } as tls.ConnectionOptions;
          expect((await ask(busy.port, from)).remote.address).toBe(localAddress);
        }
        expect(busy.handshakes).toBe(63);
        expect(hungUpOn).toEqual(Array(37).fill("tls.too_many_handshakes 127.0.0.2"));
        for (const socket of flood) socket.destroy();
        while (busy.handshakes > 0) await new Promise(setImmediate);
      }
    },
  );

  test("keeps nothing of handshakes that failed or were broken off", async () => {
    refused.length = 0;
    for (let i = 0; i < 20; i++) {
      await openssl(listener.port, ["-tls1_2", "-cipher", "AES128-SHA"]);
      if (i % 5 === 0) await bytesBack(listener.port, Buffer.from([22, 3, 1]), true);
    }
    while (listener.handshakes > 0) await new Promise(setImmediate);
    expect(refused.filter((code) => code === "tls.handshake_failed").length).toBe(20);
    expect(refused.filter((code) => code === "tls.closed_early").length).toBe(4);
  }, 60_000);
});

describe("mutual TLS", () => {
  const listener = listen();
  const withAlice = { cert: alice.cert, key: alice.key };
  const withStranger = { cert: a.cert, key: a.key };

  test("takes clients of the zone's authority alone where it must", async () => {
    const servername = "mutual.test";
    const known = await ask(listener.port, { servername, ...withAlice });
    expect(known.clientCertificate).toMatchObject({ verified: true, subject: "CN=alice" });
    expect(await refusal(ask(listener.port, { servername }))).toBeInstanceOf(Error);
    expect(await refusal(ask(listener.port, { servername, ...withStranger }))).toBeInstanceOf(
      Error,
    );
  });

  test("tells who is there where it may", async () => {
    const servername = "maybe.test";
    const known = await ask(listener.port, { servername, ...withAlice });
    expect(known.clientCertificate).toMatchObject({ verified: true });
    const stranger = await ask(listener.port, { servername, ...withStranger });
    expect(stranger.clientCertificate).toMatchObject({ verified: false, subject: "CN=a.test" });
    expect((await ask(listener.port, { servername })).clientCertificate).toBeNull();
    expect((await ask(listener.port, { servername: "a.test" })).clientCertificate).toBeUndefined();
  });

  test("is not passed by with a session of another zone", async () => {
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const file = join(made.dir, `stolen${version}`);
      await openssl(listener.port, [version, "-servername", "a.test", "-sess_out", file]);
      const back = [version, "-servername", "mutual.test", "-sess_in", file];
      const said = await openssl(listener.port, back);
      expect(said).not.toContain('"said"');
    }
  });
});

describe("changing certificates", () => {
  test("loses no request and no connection", async () => {
    const own = new Certificates();
    own.replace([entry(a, ["*"])]);
    const listener = listen({ certificates: own });
    const first = tls.connect({
      host: "127.0.0.1",
      port: listener.port,
      rejectUnauthorized: false,
    });
    await new Promise<void>((resolve) => first.on("secureConnect", () => resolve()));
    let answers = 0;
    first.on("data", () => answers++);
    const seen = new Set<string>();
    let failures = 0;
    for (let round = 0; round < 20; round++) {
      const asking = Array.from({ length: 8 }, () => ask(listener.port));
      own.replace([entry(round % 2 === 0 ? b : a, ["*"])]);
      for (const result of await Promise.allSettled(asking)) {
        if (result.status === "rejected") failures++;
        else seen.add(result.value.subject);
      }
      await new Promise<void>((resolve) => {
        first.once("data", () => resolve());
        first.write(`round ${round}`);
      });
    }
    expect(failures).toBe(0);
    expect([...seen].toSorted((x, y) => x.localeCompare(y))).toEqual(["a.test", "b.test"]);
    expect(answers).toBe(20);
    first.destroy();
  }, 20_000);
});

describe("PROXY protocol before TLS", () => {
  const listener = listen({ proxied: (address) => address === "127.0.0.1" });
  const line = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";

  test("names the visitor", async () => {
    for (const split of [0, 10, line.length]) {
      const socket = connect(listener.port, "127.0.0.1");
      socket.setNoDelay(true);
      await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
      if (split > 0)
        await new Promise<void>((done) =>
          socket.write(line.slice(0, split), () => setImmediate(done)),
        );
      if (split < line.length) socket.write(line.slice(split));
      const answer = await ask(0, { socket, servername: "b.test" });
      expect(answer.remote).toEqual({ address: "192.0.2.7", port: 4711 });
      expect(answer.subject).toBe("b.test");
    }
  });

  test("is demanded of peers that are trusted, and refused from others", async () => {
    refused.length = 0;
    expect(await refusal(ask(listener.port))).toBeInstanceOf(Error);
    const open = listen({ proxied: () => false });
    expect(await bytesBack(open.port, Buffer.from(line))).toBe("");
    expect(refused).toEqual(["proxy_protocol.missing", "tls.not_tls"]);
  });
});

function refusal(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    () => null,
    (error: unknown) => error,
  );
}
