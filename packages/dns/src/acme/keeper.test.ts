import { beforeEach, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { HttpChallenges } from "#acme/http-challenges.ts";
import { CertificateKeeper } from "#acme/keeper.ts";
import type { PemPair } from "#acme/pair.ts";
import { backoffMs, renewalAt } from "#acme/schedule.ts";
import { selfSigned } from "#acme/test-certificate.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

let clock: FakeClock;
let disk: Map<string, PemPair>;
let said: string[];
let orders: string[];
let failing: AppError | null;
let keeper: CertificateKeeper;

function start(): CertificateKeeper {
  return new CertificateKeeper({
    clock,
    chance: () => 0.5,
    challenges: new HttpChallenges(),
    store: {
      readPair: (names) => disk.get(names.join()) ?? null,
      writePair: (names, pair) => void disk.set(names.join(), pair),
    },
    issuer: {
      async issue(names) {
        orders.push(`${names.join()} on day ${Math.floor((clock.now() - begin) / DAY)}`);
        if (failing !== null) throw failing;
        return selfSigned(names, clock.now(), 90 * DAY);
      },
    },
    temporary: ({ names }) => selfSigned(names, clock.now(), DAY),
    onCertificate: ({ id }, pair, temporary) => {
      expect(new X509Certificate(pair.cert).subjectAltName).toContain("DNS:");
      said.push(`${id} ${temporary ? "temporary" : "real"}`);
    },
    onProblem: ({ id }, error, next) => {
      said.push(`${id} ${error.code} ${Math.round((next - clock.now()) / 60_000)} min`);
    },
  });
}

let begin = 0;

/** Lets time pass hour by hour, as the keeper looks at the clock. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= HOUR) {
    clock.advance(Math.min(HOUR, left));
    await keeper.idle();
  }
}

beforeEach(() => {
  clock = new FakeClock();
  begin = clock.now();
  disk = new Map();
  said = [];
  orders = [];
  failing = null;
  keeper = start();
});

describe("certificate keeper", () => {
  test("shows a temporary certificate until the first one comes", async () => {
    await keeper.want([{ id: "z", names: ["a.test", "b.test"] }]);
    await keeper.idle();
    expect(said).toEqual(["z temporary", "z real"]);
    expect([...disk.keys()]).toEqual(["a.test,b.test"]);
    keeper.stop();
    expect(clock.pending).toBe(0);
  });

  test("renews with a third of the lifetime left", async () => {
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    await pass(120 * DAY);
    expect(orders).toEqual(["a.test on day 0", "a.test on day 58", "a.test on day 117"]);
    expect(said).toEqual(["z temporary", "z real", "z real", "z real"]);
  });

  test("begins with what is on disk, also when it is due", async () => {
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    keeper.stop();
    said.length = 0;
    keeper = start();
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    expect(said).toEqual(["z real"]);
    keeper.stop();
    clock.jump(70 * DAY);
    keeper = start();
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    expect(said).toEqual(["z real", "z real", "z real"]);
    keeper.stop();
    clock.jump(200 * DAY);
    said.length = 0;
    failing = error(0);
    keeper = start();
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    expect(said).toEqual(["z temporary", "z acme.order_failed 5 min"]);
  });

  test("waits longer after each failure, and as long as it is told", async () => {
    failing = error(0);
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    await pass(HOUR);
    expect(said.slice(1)).toEqual(
      [
        "z acme.order_failed 5 min",
        "z acme.order_failed 10 min",
        "z acme.order_failed 20 min",
      ].slice(0, said.length - 1),
    );
    failing = error(7200);
    said.length = 0;
    await pass(3 * HOUR);
    expect(said[0]).toBe("z acme.order_failed 120 min");
    failing = null;
    await pass(3 * HOUR);
    expect(said.at(-1)).toBe("z real");
  });

  test("one failing zone does not hold up the others, and a list can change", async () => {
    await keeper.want([
      { id: "y", names: ["y.test"] },
      { id: "z", names: ["z.test"] },
    ]);
    await keeper.idle();
    expect(orders.length).toBe(2);
    await keeper.want([
      { id: "y", names: ["y.test"] },
      { id: "z", names: ["z.test", "www.z.test"] },
    ]);
    await keeper.idle();
    expect(orders.slice(2)).toEqual(["z.test,www.z.test on day 0"]);
    await keeper.want([]);
    await pass(100 * DAY);
    expect(orders.length).toBe(3);
  });

  test("renews in time after the machine slept", async () => {
    await keeper.want([{ id: "z", names: ["a.test"] }]);
    await keeper.idle();
    clock.jump(65 * DAY);
    await pass(HOUR);
    expect(orders.at(-1)).toBe("a.test on day 65");
  });

  test("refuses names that HTTP-01 cannot prove, and changes nothing", async () => {
    for (const name of ["*.a.test", "127.0.0.1", "[::1]", "*", "localhost"]) {
      const refusal = await keeper.want([{ id: "z", names: [name] }]).catch((e: unknown) => e);
      expect(refusal).toBeInstanceOf(AppError);
    }
    expect(said).toEqual([]);
  });
});

function error(retryAfter: number): AppError {
  const publicMessage = "no";
  return new AppError({
    code: "acme.order_failed",
    source: "edge",
    retry: true,
    publicMessage,
    retryAfter,
  });
}

describe("schedule", () => {
  test("spreads renewals over a thirtieth of the lifetime", () => {
    expect(renewalAt(0, 90 * DAY, 0)).toBe(60 * DAY);
    expect(renewalAt(0, 90 * DAY, 0.999)).toBeGreaterThan(57 * DAY);
    // Six-day certificates: two days before the end.
    expect(renewalAt(0, 6 * DAY, 0)).toBe(4 * DAY);
  });

  test("never waits less than told, nor more than a day and a fifth by itself", () => {
    expect(backoffMs(1, 0, 0.5)).toBe(5 * 60_000);
    expect(backoffMs(1, 10 * DAY, 0.5)).toBe(10 * DAY);
    expect(backoffMs(99, 0, 0.999)).toBeLessThanOrEqual(1.2 * DAY);
  });
});

describe("HTTP-01 answers", () => {
  test("are given for the exact path alone", () => {
    const challenges = new HttpChallenges();
    challenges.put("token", "token.thumb");
    expect(challenges.answer("/.well-known/acme-challenge/token")).toBe("token.thumb");
    for (const path of [
      "/token",
      "/.well-known/acme-challenge/",
      "/.well-known/acme-challenge/token/",
    ]) {
      expect(challenges.answer(path)).toBeNull();
    }
    challenges.remove("token");
    expect(challenges.answer("/.well-known/acme-challenge/token")).toBeNull();
  });
});
