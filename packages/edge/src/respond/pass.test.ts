import { describe, expect, test } from "bun:test";
import { PASS_PATH, Passes } from "#respond/pass.ts";

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const passes = new Passes(new Uint8Array(32).fill(7));
const link = (target = "/threads/7?page=2"): string =>
  passes.link("zone", "o-1", "192.0.2.7", target, NOW);
const redeem = (target: string, client = "192.0.2.7", now = NOW, zone = "zone") =>
  passes.redeem(zone, client, target, true, now);

describe("a pass", () => {
  test("is granted to whom the warning was shown, and leads back", () => {
    expect(link().startsWith(`${PASS_PATH}?`)).toBe(true);
    const granted = redeem(link());
    expect(granted?.location).toBe("/threads/7?page=2");
    expect(granted?.setCookie).toMatch(
      /^__Host-egide-pass-[0-9a-f]{12}=.+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test.each([
    ["another visitor", () => redeem(link(), "192.0.2.8")],
    ["another zone", () => redeem(link(), "192.0.2.7", NOW, "other")],
    ["later than a quarter of an hour", () => redeem(link(), "192.0.2.7", NOW + 901_000)],
    ["another order", () => redeem(link().replace("order=o-1", "order=o-2"))],
    ["another page", () => redeem(link().replace("page%3D2", "page%3D3"))],
    ["a longer time", () => redeem(link().replace(/until=(\d)/, "until=9"))],
    ["no proof", () => redeem(link().replace(/proof=[^&]*/, "proof="))],
    ["nothing at all", () => redeem(PASS_PATH)],
  ])("is refused for %s", (_name, attempt) => {
    expect(attempt()).toBeNull();
  });

  test.each([
    "//evil.example/",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:x",
    "/a\nb",
  ])("never leads away: %j", (target) => {
    expect(redeem(link(target))?.location).toBe("/");
  });

  test("holds for its order, its zone and a day", () => {
    const cookie = (redeem(link())?.setCookie ?? "").split(";", 1)[0] as string;
    const holds = (cookies: string | undefined, zone = "zone", order = "o-1", now = NOW): boolean =>
      passes.holds(cookies, zone, order, true, now);
    expect(holds(`a=b; ${cookie}; c=d`)).toBe(true);
    expect(holds(cookie, "zone", "o-1", NOW + DAY - 1)).toBe(true);
    expect(holds(cookie, "zone", "o-1", NOW + DAY + 1000)).toBe(false);
    expect(holds(cookie, "other")).toBe(false);
    expect(holds(cookie, "zone", "o-2")).toBe(false);
    expect(holds(cookie.replace(/=(\d+)/, "=9999999999"))).toBe(false);
    expect(holds(undefined)).toBe(false);
    expect(passes.holds(cookie, "zone", "o-1", false, NOW)).toBe(false);
    expect(new Passes(new Uint8Array(32)).holds(cookie, "zone", "o-1", true, NOW)).toBe(false);
  });
});
