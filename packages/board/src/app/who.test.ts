import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { database } from "@egide/std/testing/mmdb.ts";
import { type BoardApp, startBoard } from "#app.ts";
import { drawing } from "#media/testing/make.ts";
import type { BoardSettings } from "#settings/board.ts";
import { instanceSettingsSchema } from "#settings/instance.ts";
import { changeBoard } from "#store/boards.ts";
import { createBoard } from "#thread/boards.ts";

/* The whole board, asked as its proxy would ask it. */
const OWN = "https://board.test";
const state = mkdtempSync(join(tmpdir(), "egide-who-"));
let app: BoardApp;

beforeAll(async () => {
  const file = join(state, "countries.mmdb");
  writeFileSync(file, database({ "192.0.2.0/24": { country: { iso_code: "FR" } } }));
  writeFileSync(
    join(state, "tor-exits.json"),
    JSON.stringify({ source: "test", date: "2026-11-22", addresses: ["192.0.2.66"] }),
  );
  app = await startBoard({
    database: `sqlite:${join(state, "board.db")}`,
    media: join(state, "media"),
    torExits: join(state, "tor-exits.json"),
    secret: new Uint8Array(32).fill(4),
    settings: instanceSettingsSchema.parse({ url: OWN, countries: file }),
    origins: [OWN],
    trusted: new CidrSet(["127.0.0.0/8"]),
    clock: systemClock,
    edge: null,
    report: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await app.stop();
  rmSync(state, { recursive: true, force: true });
});

async function board(uri: string, settings: Partial<BoardSettings>): Promise<void> {
  const request = { uri, title: "B", subtitle: "", ownerId: null, staff: true };
  const made = await createBoard(app.site.threads, request);
  await changeBoard(app.site.threads.store.kysely, made.id, {
    settings: { ...made.settings, ...settings },
  });
}

async function send(
  uri: string,
  from: { readonly peer: string; readonly chain?: string },
  fields: Readonly<Record<string, string | File>>,
) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const headers = new Headers({ origin: OWN, accept: "application/json" });
  if (from.chain !== undefined) headers.set("x-forwarded-for", from.chain);
  const request = new Request(`${OWN}/${uri}/post`, { method: "POST", body, headers });
  const response = await app.fetch(request, from.peer);
  return (await response.json()) as { no: number; code?: string; html?: string };
}

const PROXY = "127.0.0.1";

describe("countries", () => {
  test("stand beside posts and in 4chan's JSON, where the board wants them", async () => {
    await board("flags", { countryFlags: true, tor: "allow" });
    await board("plain", {});
    const { no, html } = await send(
      "flags",
      { peer: PROXY, chain: "192.0.2.1" },
      { text: "Salut" },
    );
    expect(html).toContain('aria-label="Country: France"');
    await send("flags", { peer: PROXY, chain: "203.0.113.1" }, { text: "Hi", thread: String(no) });
    // Through Tor: the exit's country is not the visitor's.
    await send("flags", { peer: PROXY, chain: "192.0.2.66" }, { text: "Hi", thread: String(no) });
    // Who is no proxy of ours may write what they like.
    await send(
      "flags",
      { peer: "203.0.113.9", chain: "192.0.2.1" },
      { text: "!", thread: `${no}` },
    );
    const path = `${OWN}/flags/thread/${no}.json`;
    const answer = await app.fetch(new Request(path), "203.0.113.1");
    const { posts } = (await answer.json()) as { posts: Record<string, unknown>[] };
    expect(posts.map((post) => [post["country"], post["country_name"]])).toEqual([
      ["FR", "France"],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    const other = await send("plain", { peer: PROXY, chain: "192.0.2.1" }, { text: "Salut" });
    expect(other.html).not.toContain("France");
  });
});

describe("what one board takes", () => {
  test("is narrower than what the site takes, and its form says so", async () => {
    const media = { imageKilobytes: 2, videoKilobytes: 0, audioKilobytes: 0, documentKilobytes: 0 };
    await board("small", { media: { ...media, kinds: ["png"], seconds: 0 } });
    const from = { peer: PROXY, chain: "198.51.100.1" };
    const jpeg = new Uint8Array(await drawing().jpeg().toBuffer());
    const refused = await send("small", from, { text: "x", files: new File([jpeg], "a.png") });
    expect(refused.code).toBe("media.kind_off");
    const png = new Uint8Array(await drawing(900, 900).png({ compressionLevel: 0 }).toBuffer());
    const large = await send("small", from, { text: "x", files: new File([png], "a.png") });
    expect(large.code).toBe("media.too_large");
    const page = await app.fetch(new Request(`${OWN}/small/`), "203.0.113.1");
    const html = await page.text();
    expect(html).toContain('accept="image/png"');
    expect(html).toMatch(/2.KB each: PNG\./);
  });
});

describe("who comes through Tor", () => {
  test("leaves no address, and no ban by address meets them", async () => {
    await board("tor", { tor: "allow" });
    await send("tor", { peer: PROXY, chain: "192.0.2.66" }, { text: "Through an exit" });
    const circuit = "fc00:dead:beef:4dad::1:2";
    await send("tor", { peer: PROXY, chain: circuit }, { text: "Through a circuit" });
    await send("tor", { peer: PROXY, chain: "192.0.2.5" }, { text: "Straight" });
    const rows = await app.site.threads.store.kysely
      .selectFrom("post")
      .leftJoin("address_trace", "address_trace.postId", "post.id")
      .innerJoin("board", "board.id", "post.boardId")
      .select(["post.addressHash", "post.prefixHash", "address_trace.address"])
      .where("board.uri", "=", "tor")
      .orderBy("post.id")
      .execute();
    const nothing = { addressHash: null, prefixHash: null, address: null };
    expect(rows.slice(0, 2)).toEqual([nothing, nothing]);
    expect(rows[2]?.address).toBe("192.0.2.5");
    // The neighbour's prefix is banned: 192.0.2.0/24, to which the exit belongs as well.
    const db = app.site.threads.store.kysely;
    const poster = { prefixHash: rows[2]?.prefixHash ?? "" };
    expect(poster.prefixHash).not.toBe("");
    const { id } = await db
      .selectFrom("post")
      .select("id")
      .where("prefixHash", "=", poster.prefixHash)
      .where("text", "=", "Straight")
      .executeTakeFirstOrThrow();
    const { act } = await import("#moderation/service/act.ts");
    const actor = { id: "m", name: "M", grants: [{ role: "admin", boardId: null }] } as const;
    await act(app.moderation, actor, {
      postId: id,
      rule: "0:harassment",
      reason: "x",
      measures: [{ kind: "ban", scope: "board", target: "prefix" }],
      endsAt: null,
    });
    const straight = await send("tor", { peer: PROXY, chain: "192.0.2.9" }, { text: "Neighbour" });
    expect(straight.code).toBe("board.banned");
    const exit = await send("tor", { peer: PROXY, chain: "192.0.2.66" }, { text: "Exit" });
    expect(exit.code).toBeUndefined();
  });
});
