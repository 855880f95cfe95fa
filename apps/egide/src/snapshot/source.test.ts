import { afterAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema } from "@egide/contract/config.ts";
import { signSnapshot } from "@egide/contract/envelope.ts";
import { orderSchema } from "@egide/contract/order.ts";
import { compileSnapshot } from "@egide/contract/snapshot.ts";
import { keyIdOf } from "@egide/contract/signing.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { readSigningKey, readTrustedKeys } from "#snapshot/keys.ts";
import { SnapshotSource } from "#snapshot/source.ts";

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519");

const order = orderSchema.parse({
  id: "one",
  zone: "a.test",
  measure: "block",
  publicReason: { en: "a reason", fr: "un motif" },
  reference: "1",
  issuer: "the operator",
  starts: "2026-01-01T00:00:00Z",
});

function sealed(
  host: string,
  version: number,
  key: KeyObject = privateKey,
  id = publicKey,
): string {
  const config = configSchema.parse({ zones: [{ hosts: [host], origin: "http://127.0.0.1:1" }] });
  const snapshot = compileSnapshot(config, [order], { version, created: 0 });
  return JSON.stringify(signSnapshot(snapshot, keyIdOf(id), key));
}

function setUp(env: Record<string, string> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "egide-snapshot-"));
  made.push(directory);
  const path = join(directory, "policy.json");
  const kept = join(directory, "var", "last-snapshot.json");
  const clock = new FakeClock();
  const warnings: string[] = [];
  const source = () =>
    new SnapshotSource({
      path,
      keys: new Map([[keyIdOf(publicKey), publicKey]]),
      env: { EGIDE_STATE: join(directory, "var"), ...env },
      clock,
      warn: ({ message }) => warnings.push(message),
    });
  return { path, kept, clock, warnings, source };
}

function hosts(loaded: ReturnType<SnapshotSource["load"]>): string {
  if (!loaded.ok) return loaded.problems.map(({ message }) => message).join();
  return loaded.config.zones.flatMap((zone) => zone.hosts).join();
}

describe("an edge from a signed snapshot", () => {
  test("takes zones and orders of it, and sockets of the environment", () => {
    const { path, source } = setUp({ EGIDE_LISTEN_HTTP: '["127.0.0.1:8099"]' });
    writeFileSync(path, sealed("a.test", 5));
    const one = source();
    const loaded = one.begin();
    expect(hosts(loaded)).toBe("a.test");
    expect(loaded.ok && loaded.config.listen.http).toEqual(["127.0.0.1:8099"]);
    expect(one.orders).toEqual([order]);
  });

  test("refuses what is forged, older, another of the same version, or overridden", () => {
    const { path, source } = setUp();
    writeFileSync(path, sealed("a.test", 5));
    const one = source();
    one.begin();
    one.accepted();
    const offer = (text: string): string => {
      writeFileSync(path, text);
      return hosts(one.load());
    };
    expect(offer(sealed("b.test", 6, stranger.privateKey))).toContain("snapshot.bad_signature");
    expect(offer(sealed("b.test", 6, stranger.privateKey, stranger.publicKey))).toContain(
      "snapshot.unknown_key",
    );
    expect(offer(sealed("b.test", 4))).toContain("snapshot.stale");
    expect(offer(sealed("b.test", 5))).toContain("snapshot.stale");
    expect(offer("half a fi")).toContain("snapshot.malformed");
    expect(offer(sealed("a.test", 5))).toBe("a.test");
    expect(offer(sealed("b.test", 6))).toBe("b.test");
    const bold = setUp({ EGIDE_LIMITS_STREAMS: "7" });
    writeFileSync(bold.path, sealed("a.test", 5));
    expect(hosts(bold.source().begin())).toContain("limits is signed");
  });

  test("falls back on the last good one at a start, and never on an older one", () => {
    const { path, kept, warnings, source } = setUp();
    writeFileSync(path, sealed("a.test", 5));
    const one = source();
    one.begin();
    expect(existsSync(kept)).toBe(false);
    one.accepted();
    for (const bad of [sealed("old.test", 4), sealed("x", 9, stranger.privateKey), "{"]) {
      writeFileSync(path, bad);
      expect(hosts(source().begin())).toBe("a.test");
    }
    rmSync(path);
    expect(hosts(source().begin())).toBe("a.test");
    expect(warnings.length).toBe(4);
    // What was kept is believed no more than what is brought.
    writeFileSync(kept, readFileSync(kept, "utf8").replace("a.test", "z.test"));
    expect(hosts(source().begin())).toContain("no such file");
  });

  test("that was not put into force is not kept", () => {
    const { path, source } = setUp();
    writeFileSync(path, sealed("a.test", 5));
    const one = source();
    one.begin();
    one.accepted();
    writeFileSync(path, sealed("b.test", 6));
    expect(hosts(one.load())).toBe("b.test");
    rmSync(path);
    expect(hosts(source().begin())).toBe("a.test");
  });

  test("is told of each change, once", () => {
    const { path, clock, source } = setUp();
    writeFileSync(path, sealed("a.test", 5));
    let changes = 0;
    const watching = source().watch(() => changes++);
    clock.advance(5000);
    expect(changes).toBe(0);
    writeFileSync(path, `${sealed("a.test", 6)}\n`);
    clock.advance(5000);
    expect(changes).toBe(1);
    rmSync(path);
    clock.advance(5000);
    expect(changes).toBe(1);
    watching.close();
  });
});

test("keys are read from PEM, several at once, and nothing but Ed25519", () => {
  const directory = mkdtempSync(join(tmpdir(), "egide-keys-"));
  made.push(directory);
  const file = join(directory, "keys.pem");
  const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" });
  writeFileSync(file, pem(publicKey) + pem(stranger.publicKey));
  expect([...readTrustedKeys(file).keys()]).toEqual([
    keyIdOf(publicKey),
    keyIdOf(stranger.publicKey),
  ]);
  const secret = join(directory, "secret.pem");
  writeFileSync(secret, privateKey.export({ type: "pkcs8", format: "pem" }));
  expect(readSigningKey(secret).asymmetricKeyType).toBe("ed25519");
  const { publicKey: curve } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(file, pem(curve));
  expect(() => readTrustedKeys(file)).toThrow("not an Ed25519 key");
  writeFileSync(file, "");
  expect(() => readTrustedKeys(file)).toThrow("no public key");
});
