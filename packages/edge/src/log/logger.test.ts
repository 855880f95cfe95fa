import { describe, expect, test } from "bun:test";
import { logPolicySchema, logSettingsSchema } from "@egide/contract/policy/log.ts";
import { type RequestLog, requestLogSchema } from "@egide/contract/request-log.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { Facts } from "#facts.ts";
import { AddressWriter, truncateAddress } from "#wire/written-address.ts";
import { RequestLogger } from "#log/logger.ts";
import { LogRules } from "#log/record.ts";
import type { LogTarget } from "#log/sink/target.ts";
import { factsOf } from "#log/testing/facts.ts";
import { ISO_LENGTH, putIsoTime } from "#log/time.ts";
import type { Verdict } from "#verdict.ts";

class Memory implements LogTarget {
  text = "";
  done: ((error: Error | null) => void) | null = null;
  hold = false;
  write(bytes: Uint8Array, done: (error: Error | null) => void): void {
    this.text += new TextDecoder().decode(bytes);
    if (this.hold) this.done = done;
    else queueMicrotask(() => done(null));
  }
  reopen(): void {
    this.text += "reopened\n";
  }
  close(): void {
    this.text += "closed\n";
  }
}

type Policy = Parameters<typeof logPolicySchema.parse>[0];

function setUp(random = () => 0.5) {
  const clock = new FakeClock();
  clock.advance(105.25);
  const target = new Memory();
  let dropped = 0;
  const logger = new RequestLogger({
    settings: logSettingsSchema.parse({ bufferBytes: 262_144 }),
    clock,
    worker: 2,
    addressKey: new Uint8Array(32).fill(1),
    onDropped: (n) => void (dropped += n),
    random,
    target,
  });
  const log = (f: Facts<null>, policy: Policy = {}): void =>
    logger.record(f, new LogRules(logPolicySchema.parse(policy)));
  const lines = (): RequestLog[] => {
    clock.advance(1000);
    return target.text
      .split("\n")
      .slice(0, -1)
      .map((line) => requestLogSchema.parse(JSON.parse(line)));
  };
  return { clock, target, logger, log, lines, dropped: () => dropped };
}

describe("a record", () => {
  test("holds what happened and fits the contract", () => {
    const { log, lines } = setUp();
    const headers = ["User-Agent", "Moz\u00e9", "REFERER", "https://u:p@other.example/x?y"];
    const init = { target: "/a?b=1&token=x", headers, version: 20, ja4: "t13d" } as const;
    log(factsOf(init, { cache: "miss", originAsked: 101, originAnswered: 103.5 }));
    expect(lines()).toEqual([
      {
        time: "2026-06-01T12:00:00.007Z",
        zone: "example.org",
        requestId: "req-1",
        worker: 2,
        connection: 1,
        request: 1,
        client: "192.0.2.0/24",
        country: "",
        method: "GET",
        scheme: "https",
        host: "example.org",
        path: "/a",
        query: "b=1&token=*",
        version: 20,
        status: 200,
        bytesIn: 0,
        bytesOut: 0,
        duration: 5.25,
        originTime: 2.5,
        cache: "miss",
        verdict: "allow",
        code: null,
        rules: [],
        fault: null,
        outcome: "complete",
        waf: null,
        tls: "TLSv1.3",
        ja4: "t13d",
        http2: "",
        userAgent: "Moz\u00e9",
        referer: "https://other.example",
      },
    ]);
  });

  test("has its keys in the order of the contract", () => {
    const { log, target, clock } = setUp();
    log(factsOf({}));
    clock.advance(1000);
    const keys = Object.keys(JSON.parse(target.text) as object);
    expect(keys).toEqual(Object.keys(requestLogSchema.shape));
  });

  test("never holds a cookie or a credential", () => {
    const { log, target, clock } = setUp();
    const headers = ["Cookie", "sid=SECRET", "Authorization", "Bearer SECRET"];
    log(factsOf({ headers: [...headers, "Proxy-Authorization", "SECRET"] }));
    clock.advance(1000);
    expect(target.text).not.toContain("SECRET");
  });

  test("says less where the zone wants less", () => {
    const { log, lines } = setUp();
    const headers = ["User-Agent", "x", "Referer", "https://a/b"];
    const policy = { address: "none", query: false, userAgent: false, referer: "none" } as const;
    log(factsOf({ target: "/a?b", headers }), policy);
    log(factsOf({ headers }), { referer: "whole", address: "whole" });
    const [bare, full] = lines();
    expect(bare).toMatchObject({ client: "", path: "/a", query: "", userAgent: "", referer: "" });
    expect(full).toMatchObject({ client: "192.0.2.77", referer: "https://a/b" });
  });

  test("cannot be made huge, or be two lines", () => {
    const { log, lines, dropped } = setUp();
    const long = "x".repeat(60_000);
    log(
      factsOf({
        method: long.slice(0, 200),
        target: `/${long}?${long}`,
        headers: ["User-Agent", `a\nb${long}`],
      }),
    );
    const [record] = lines();
    expect(record?.path).toHaveLength(4096);
    expect(record?.userAgent).toHaveLength(1024);
    expect(record?.method).toHaveLength(32);
    expect(dropped()).toBe(0);
  });

  test("of what the front refused says so", () => {
    const { log, lines } = setUp();
    const refusal = { status: 400, code: "http1.obs_fold", detail: "" };
    const verdict: Verdict = {
      kind: "deny",
      status: 400,
      code: refusal.code,
      headers: [],
      order: null,
    };
    log(factsOf({ refusal }, { verdict, status: 400, code: refusal.code, fault: "client" }));
    expect(lines()[0]).toMatchObject({ verdict: "refused", code: "http1.obs_fold", status: 400 });
  });
});

describe("sampling", () => {
  test("leaves out by share, but never what went wrong", () => {
    const { log, lines } = setUp(() => 0.3);
    log(factsOf({}), { sample: 0.31 });
    log(factsOf({}), { sample: 0.3 });
    log(factsOf({}, { status: 404 }), { sample: 0 });
    log(factsOf({}, { status: 404 }), { sample: 0, alwaysFrom: 500 });
    log(factsOf({}, { outcome: "failed" }), { sample: 0 });
    log(factsOf({}, { status: 500 }), { sample: 0, alwaysFrom: 600 });
    log(factsOf({}, { status: 500 }), { enabled: false });
    expect(lines().map((r) => [r.status, r.outcome])).toEqual([
      [200, "complete"],
      [404, "complete"],
      [200, "failed"],
    ]);
  });
});

describe("the buffer", () => {
  test("waits for its time, then writes all at once", () => {
    const { log, target, clock } = setUp();
    log(factsOf({}));
    log(factsOf({}));
    clock.advance(999);
    expect(target.text).toBe("");
    clock.advance(1);
    expect(target.text.split("\n")).toHaveLength(3);
  });

  test("drops and counts what a stuck disk leaves no room for", async () => {
    const { log, target, clock, dropped, logger } = setUp();
    target.hold = true;
    for (let i = 0; i < 1000; i++) log(factsOf({ headers: ["User-Agent", "y".repeat(500)] }));
    clock.advance(1000);
    clock.advance(1000);
    const lost = dropped();
    expect(lost).toBeGreaterThan(600);
    target.hold = false;
    target.done?.(null);
    const closed = logger.close();
    await closed;
    expect(dropped()).toBe(lost);
    expect(target.text.split("\n").filter((line) => line.startsWith("{"))).toHaveLength(
      1000 - lost,
    );
    expect(target.text.endsWith("closed\n")).toBe(true);
  });

  test("counts what a failed write lost, and goes on", async () => {
    const { log, target, clock, dropped } = setUp();
    target.hold = true;
    log(factsOf({}));
    clock.advance(1000);
    target.done?.(new Error("ENOSPC"));
    clock.advance(1000);
    expect(dropped()).toBe(1);
    target.hold = false;
    log(factsOf({}));
    clock.advance(1000);
    expect(target.text.split("\n")).toHaveLength(3);
  });

  test("leaves no timer behind", async () => {
    const { log, clock, logger } = setUp();
    log(factsOf({}));
    await logger.close();
    expect(clock.pending).toBe(0);
  });
});

describe("addresses", () => {
  test.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2:3::4", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8::/48"],
    ["::1", "::/48"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["not an address", ""],
  ])("%s is truncated to %s", (address, written) => {
    expect(truncateAddress(address)).toBe(written);
  });

  test("hashed: the same for the same, another under another key", () => {
    const one = new AddressWriter(new Uint8Array(32).fill(1));
    const other = new AddressWriter(new Uint8Array(32).fill(2));
    const hash = one.write("192.0.2.1", "hashed");
    expect(hash).toMatch(/^[\w-]{22}$/);
    expect(one.write("192.0.2.1", "hashed")).toBe(hash);
    expect(one.write("192.0.2.2", "hashed")).not.toBe(hash);
    expect(other.write("192.0.2.1", "hashed")).not.toBe(hash);
  });
});

test("time is written as the platform would", () => {
  for (const ms of [0, 1, 10, 999, 1000, Date.UTC(2026, 1, 28, 23, 59, 59, 999)]) {
    const into = Buffer.alloc(ISO_LENGTH + 1);
    expect(putIsoTime(into, ms, 1)).toBe(into.length);
    expect(into.toString("latin1", 1)).toBe(new Date(ms).toISOString());
  }
});
