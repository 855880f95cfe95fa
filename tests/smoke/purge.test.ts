import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* `egide purge` against the whole edge, its workers and its disk; the origin counts what it is asked. */
const WORKERS = 2;
let edge: EdgeProcess;
let origin: RecordingOrigin;
/** How often the origin was asked for a path; the answer says so. */
const asked = new Map<string, number>();
const times = (path: string): number => asked.get(path) ?? 0;

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  origin.reply = ({ target }) => {
    const count = times(target) + 1;
    asked.set(target, count);
    const body = String(count);
    return [
      `HTTP/1.1 200 OK\r\nCache-Control: max-age=3600, stale-while-revalidate=60\r\nCache-Tag: all, ${target.slice(1)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ];
  };
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: { id: "site" },
    config: { workers: WORKERS },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

/** Which of the origin's answers a visitor is shown. */
async function shown(path: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${edge.http}${path}`, { keepalive: false });
  return Number(await response.text());
}

/** The same for many visitors, so that every worker is asked. */
async function shownTo(visitors: number, path: string): Promise<Set<number>> {
  const seen = new Set<number>();
  for (let i = 0; i < visitors; i++) seen.add(await shown(path));
  return seen;
}

const purge: EdgeProcess["egide"] = (...args) => edge.egide("purge", ...args);

describe("egide purge", () => {
  test("by URL has the origin asked again for this URL alone, whichever worker is asked", async () => {
    await shownTo(20, "/a");
    await shownTo(20, "/b");
    const before = { a: times("/a"), b: times("/b") };
    expect(before.a).toBeLessThanOrEqual(WORKERS);
    const url = `http://127.0.0.1:${edge.http}/a`;
    const from = Date.now();
    const { code, out, err } = await purge("--zone", "site", "--url", url);
    expect([code, err]).toEqual([0, ""]);
    const [, what, when] = /^purged url (\S+) {2}zone site {2}(\S+)\n$/.exec(out) ?? [];
    expect(what).toBe(url);
    expect(Date.parse(when as string)).toBeGreaterThanOrEqual(from);
    expect(Date.parse(when as string)).toBeLessThanOrEqual(Date.now());
    expect(Math.min(...(await shownTo(20, "/a")))).toBeGreaterThan(before.a);
    await shownTo(20, "/b");
    expect(times("/b")).toBe(before.b);
  }, 30_000);

  test("by tag, whatever case it is written in", async () => {
    await Promise.all([shownTo(20, "/one"), shownTo(20, "/two")]);
    const before = { one: times("/one"), two: times("/two") };
    expect((await purge("--zone", "site", "--tag", "ONE")).code).toBe(0);
    expect(Math.min(...(await shownTo(20, "/one")))).toBeGreaterThan(before.one);
    await shownTo(20, "/two");
    expect(times("/two")).toBe(before.two);
    expect((await purge("--zone", "site", "--tag", "all")).out).toStartWith("purged tag all  ");
    expect(Math.min(...(await shownTo(20, "/two")))).toBeGreaterThan(before.two);
  }, 30_000);

  test("softly goes on showing the old copy once, and asks the origin behind it", async () => {
    await shownTo(20, "/soft");
    const before = times("/soft");
    const { out } = await purge("--zone", "site", "--all", "--soft");
    expect(out).toStartWith("made stale everything  zone site  ");
    expect(await shown("/soft")).toBeLessThanOrEqual(before);
    while (times("/soft") === before) await shown("/soft");
  }, 30_000);

  test.each([
    [["--zone", "sit", "--all"], 'no zone "sit" is served here; did you mean site?'],
    [["--zone", "site", "--url", "http://example.org/"], "no zone answers for example.org"],
    [["--zone", "site", "--all", "--state", "/nowhere"], "nothing runs there"],
  ])("%j changes nothing and says why", async (args, message) => {
    const { code, out, err } = await purge(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
  });

  test("is told to the process that took over, and is kept in the log", async () => {
    await edge.handOver();
    await shownTo(20, "/after");
    const before = times("/after");
    expect((await purge("--zone", "site", "--host", `127.0.0.1:${edge.http}`)).code).toBe(0);
    expect(Math.min(...(await shownTo(20, "/after")))).toBeGreaterThan(before);
    expect(edge.output).toContain('"msg":"cache purged"');
  }, 60_000);
});
