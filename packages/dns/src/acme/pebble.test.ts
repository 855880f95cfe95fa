import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acmeSchema } from "@egide/contract/policy/tls.ts";
import { systemClock } from "@egide/std/clock.ts";
import type { AppError } from "@egide/std/error.ts";
import { freePort } from "@egide/testkit/port.ts";
import { AcmeIssuer, readRetryAfter } from "#acme/acme-issuer.ts";
import { HttpChallenges } from "#acme/http-challenges.ts";
import { CertificateKeeper } from "#acme/keeper.ts";
import type { PemPair } from "#acme/pair.ts";

import { AcmeStore } from "#acme/store.ts";
import { selfSigned } from "#acme/test-certificate.ts";

/** Debian's `pebble` is the authority: Let's Encrypt's own small server for tests. */
const has = (command: string) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const missing = ["pebble", "pebble-challtestsrv"].filter((command) => !has(command));
const title =
  missing.length === 0
    ? "ACME against pebble"
    : `ACME against pebble (left out: no ${missing.join()})`;

const dir = mkdtempSync(join(tmpdir(), "egide-acme-"));
const children: ChildProcess[] = [];
const challenges = new HttpChallenges();
let server: ReturnType<typeof Bun.serve>;
let directory = "";
const asked: string[] = [];

beforeAll(async () => {
  if (missing.length > 0) return;
  // Where the authority looks for its challenges: the part of the edge's pipeline that this is about.
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(`${request.headers.get("host")?.split(":")[0]} ${pathname}`);
      const answer = challenges.answer(pathname);
      return new Response(answer ?? "no", { status: answer === null ? 404 : 200 });
    },
  });
  const own = await selfSigned(["localhost", "127.0.0.1"], Date.now() - 60_000, 86_400_000);
  writeFileSync(join(dir, "pebble.crt"), own.cert);
  writeFileSync(join(dir, "pebble.key"), own.key);
  const [acme, management, dns] = [await freePort(), await freePort(), await freePort()];
  const config = {
    listenAddress: `127.0.0.1:${acme}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(dir, "pebble.crt"),
    privateKey: join(dir, "pebble.key"),
    httpPort: server.port,
    tlsPort: server.port,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  writeFileSync(join(dir, "pebble.json"), JSON.stringify({ pebble: config }));
  const resolver = [
    "-dns01",
    `127.0.0.1:${dns}`,
    "-defaultIPv6",
    "",
    "-http01",
    "",
    "-https01",
    "",
  ];
  await run(
    "pebble-challtestsrv",
    [...resolver, "-tlsalpn01", "", "-management", `127.0.0.1:${await freePort()}`],
    /Starting management/,
  );
  const dnsServer = ["-dnsserver", `127.0.0.1:${dns}`, "-strict"];
  await run("pebble", ["-config", join(dir, "pebble.json"), ...dnsServer], /Listening on/);
  directory = `https://127.0.0.1:${acme}/dir`;
});

afterAll(async () => {
  for (const child of children) child.kill();
  await server?.stop(true);
  rmSync(dir, { recursive: true, force: true });
});

/** Starts a program and waits until it says that it is ready. */
function run(command: string, args: string[], ready: RegExp): Promise<void> {
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "20" };
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let out = "";
    const heard = (chunk: Buffer) => {
      out += chunk.toString();
      if (ready.test(out)) resolve();
    };
    child.stdout.on("data", heard);
    child.stderr.on("data", heard);
    child.on("close", () => reject(new Error(`${command}: ${out}`)));
  });
}

function issuer(store: AcmeStore, key: "ecdsa-p256" | "rsa-2048" = "ecdsa-p256"): AcmeIssuer {
  const settings = { ...acmeSchema.parse({ email: "test@example.org", key }), directory };
  return new AcmeIssuer({
    settings: { ...settings, ca: join(dir, "pebble.crt") },
    store,
    pollMs: 50,
  });
}

describe.skipIf(missing.length > 0)(title, () => {
  test("obtains one certificate for several names, and keeps it", async () => {
    const store = new AcmeStore(join(dir, "state"), directory);
    const got: { pair: PemPair; temporary: boolean }[] = [];
    const problems: AppError[] = [];
    const keeper = new CertificateKeeper({
      issuer: issuer(store),
      store,
      challenges,
      clock: systemClock,
      temporary: () => selfSigned(names, Date.now() - 60_000, 86_400_000),
      onCertificate: (_, pair, temporary) => void got.push({ pair, temporary }),
      onProblem: (_, error) => void problems.push(error),
    });
    const names = ["one.example", "two.example", "www.two.example"];
    await keeper.want([{ id: "zone", names }]);
    await keeper.idle();
    keeper.stop();
    expect(problems).toEqual([]);
    expect(got.map(({ temporary }) => temporary)).toEqual([true, false]);
    const { cert, key } = (got[1] as { pair: PemPair }).pair;
    const leaf = new X509Certificate(cert);
    for (const name of names) expect(leaf.checkHost(name)).toBe(name);
    expect(leaf.issuer).toContain("Pebble");
    expect(cert.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1);
    expect(key).toContain("PRIVATE KEY");
    expect(asked.some((line) => line.startsWith("www.two.example /.well-known/"))).toBe(true);
    expect(challenges.entries).toEqual([]);
    expect(store.readPair(names.toReversed())).toEqual({ cert, key });
  }, 60_000);

  test("keeps its account, and files that their owner alone can read", async () => {
    const state = join(dir, "state");
    const store = new AcmeStore(state, directory);
    const account = store.readAccount();
    expect(account?.url).toStartWith("https://127.0.0.1:");
    const pair = await issuer(new AcmeStore(state, directory), "rsa-2048").issue(
      ["three.example"],
      challenges,
    );
    expect(new X509Certificate(pair.cert).publicKey.asymmetricKeyType).toBe("rsa");
    expect(new AcmeStore(state, directory).readAccount()).toEqual(account as never);
    const [folder] = readdirSync(state) as [string];
    expect(statSync(join(state, folder)).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(join(state, folder))) {
      expect(file).not.toEndWith(".new");
      expect(statSync(join(state, folder, file)).mode & 0o777).toBe(0o600);
    }
  }, 60_000);

  test("says what the authority said when it does not issue", async () => {
    const store = new AcmeStore(join(dir, "state"), directory);
    // Answers of somebody else's: the proof fails.
    const deaf = new HttpChallenges();
    const error = (await issuer(store)
      .issue(["four.example"], deaf)
      .catch((e: unknown) => e)) as AppError;
    expect(error.code).toBe("acme.order_failed");
    expect(error.publicMessage).toContain("did not issue");
  }, 60_000);
});

describe("Retry-After", () => {
  test("is read as seconds or a date", () => {
    expect(readRetryAfter("120")).toBe(120);
    expect(readRetryAfter("Thu, 01 Jan 1970 00:02:00 GMT", 60_000)).toBe(60);
    expect(readRetryAfter("Thu, 01 Jan 1970 00:02:00 GMT", 600_000)).toBe(0);
    expect(readRetryAfter("soon")).toBe(0);
  });
});
