import { describe, expect, test } from "bun:test";
import { answerPrivate, type Health } from "#run/metrics-server.ts";
import { freePorts, isPortFree, localUrl } from "#run/ports.ts";

describe("the private address", () => {
  const health = (over: Partial<Health> = {}): Health => ({
    ready: () => 2,
    wanted: 2,
    stopping: () => false,
    metrics: () => "up 1\n",
    bans: () => null,
    ...over,
  });
  const status = (path: string, over: Partial<Health> = {}) =>
    answerPrivate(health(over), path).status;

  test("tells life from readiness", async () => {
    expect(status("/healthz", { ready: () => 0 })).toBe(200);
    expect(status("/readyz")).toBe(200);
    expect(status("/readyz", { ready: () => 0 })).toBe(503);
    expect(status("/readyz", { stopping: () => true })).toBe(503);
    expect(status("/other")).toBe(404);
    expect(await answerPrivate(health(), "/metrics").text()).toBe("up 1\n");
    expect(status("/bans")).toBe(404);
    expect(await answerPrivate(health({ bans: () => "{}" }), "/bans").text()).toBe("{}");
  });
});

describe("ports", () => {
  test("the usual pair if it is free, else the next, else whatever the system gives", () => {
    expect(freePorts(() => true)).toEqual([80, 443]);
    expect(freePorts((port) => port !== 443)).toEqual([8080, 8443]);
    expect(freePorts((port) => port === 0)).toEqual([0, 0]);
  });

  test("a port that is shared out is taken all the same", () => {
    const options = { hostname: "::", port: 0, reusePort: true, socket: { data() {} } };
    const listener = Bun.listen(options);
    expect(isPortFree(listener.port)).toBe(false);
    listener.stop(true);
    expect(isPortFree(listener.port)).toBe(true);
  });

  test.each([
    ["http", "[::]:80", "http://localhost"],
    ["http", "[::]:8080", "http://localhost:8080"],
    ["https", "192.0.2.1:443", "https://192.0.2.1"],
    ["https", "[::1]:8443", "https://[::1]:8443"],
  ] as const)("%s %s is %s", (scheme, address, url) => {
    expect(localUrl(scheme, address)).toBe(url);
  });
});
