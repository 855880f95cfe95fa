import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChanCatalog, ChanThread } from "#api/chan/shape.ts";
import { MEDIA_TEXTS, refusal } from "#media/texts.ts";
import { act } from "#moderation/service/act.ts";
import { dismiss } from "#moderation/service/queue.ts";
import { OWN, type SiteRig, siteRig } from "#api/testing/site.ts";

let rig: SiteRig;
beforeAll(async () => {
  rig = await siteRig({ boardCreation: "open" });
  await rig.board("b", { posterIds: true });
});
afterAll(() => rig.close());

const text = async (path: string, init?: RequestInit): Promise<string> =>
  (await rig.ask(path, init)).text();

async function open(fields: Record<string, string | File> = {}): Promise<number> {
  rig.clock.advance(2000);
  const response = await rig.send("/b/post", { subject: "A thread", text: "First", ...fields });
  expect(response.status).toBe(303);
  return Number(/thread\/(\d+)/.exec(response.headers.get("location") ?? "")?.[1]);
}

/** The address of a route with something in the place of each parameter. */
function filled(path: string): string {
  return path
    .replace(/:board\{[^/]+\}/g, "b")
    .replace(/:\w+\{\[0-9\][^/]*\}/g, "1")
    .replace(/:\w+\{[^/]+\}/g, "A".repeat(22));
}

describe("writing", () => {
  test("a form opens a thread, and replies to it", async () => {
    const no = await open();
    const reply = await rig.send("/b/post", { thread: String(no), text: `>>${no}\nSecond` });
    expect(reply.headers.get("location")).toBe(`/b/thread/${no}?posted=${no + 1}#p${no + 1}`);
    const page = await text(`/b/thread/${no}?posted=${no + 1}`);
    expect(page).toContain(`<a href="/b/thread/${no}#p${no}" class="quotelink">`);
    expect(rig.forgotten).toContain(`thread-b-${no}`);
  });

  test("a script hears of its post, drawn", async () => {
    const no = await open();
    const body = new FormData();
    body.set("thread", String(no));
    body.set("text", "By script");
    const headers = { origin: OWN, accept: "application/json" };
    const response = await rig.ask("/b/post", { method: "POST", body, headers });
    expect(response.status).toBe(201);
    const answer = (await response.json()) as { html: string };
    expect(answer).toMatchObject({ board: "b", no: no + 1, threadNo: no, held: false });
    expect(answer.html).toStartWith(`<article class="post" id="p${no + 1}">`);
  });

  test("what is refused says why, in the poster's language, and gives their text back", async () => {
    const no = await open();
    const long = `<b>${"x".repeat(4001)}`;
    const headers = { origin: OWN, "accept-language": "fr" };
    const body = new FormData();
    body.set("thread", String(no));
    body.set("text", long);
    body.set("name", "Zoé");
    const response = await rig.ask("/b/post", { method: "POST", body, headers });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain("Le texte est plus long que ce forum ne l’accepte.");
    expect(page).toContain(long.replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
    expect(page).toContain('value="Zoé"');
    const empty = await rig.send("/b/post", { text: "" });
    expect(empty.status).toBe(422);
    expect(await empty.text()).toContain("Write something, or choose a file.");
    // The thread is gone in the meantime: the board takes the text back.
    const gone = await rig.send("/b/post", { thread: "9999", text: "Not lost" });
    expect(gone.status).toBe(422);
    expect(await gone.text()).toContain("Not lost");
    const nowhere = await rig.send("/nowhere/post", { text: "Not lost <b>either</b>" });
    expect(nowhere.status).toBe(404);
    expect(await nowhere.text()).toContain("Not lost &lt;b&gt;either&lt;/b&gt;");
  });

  test("while too many files wait the form comes back alone, with what was written", async () => {
    const no = await open();
    const { filesReady } = rig.site;
    const busy = () => {
      throw refusal("media.busy");
    };
    Object.assign(rig.site, { filesReady: busy });
    const file = new File(["x"], "a.png");
    const response = await rig.send("/b/post", {
      thread: String(no),
      text: "Not lost",
      files: file,
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    const page = await response.text();
    expect(page).toContain(MEDIA_TEXTS["media.busy"].en);
    expect(page).toContain("Not lost");
    expect(page).toContain(`name="thread" value="${no}"`);
    expect(page).not.toContain('class="post"');
    // Who sends no file need not wait.
    const words = await rig.send("/b/post", { thread: String(no), text: "Not lost" });
    expect(words.status).toBe(303);
    Object.assign(rig.site, { filesReady });
  });

  test("another site's form is refused on every address that changes something", async () => {
    const safe = new Set(["GET", "HEAD", "ALL"]);
    const changing = rig.routes.filter(({ method }) => !safe.has(method));
    const paths = new Set(changing.map(({ path }) => filled(path)));
    for (const known of ["/b/post", "/b/post/1/report", "/b/post/1/delete", "/create"]) {
      expect(paths).toContain(known);
    }
    expect(paths.size).toBeGreaterThanOrEqual(7);
    for (const path of [...paths, "/preferences", "/appeal/0123456789abcdef"]) {
      for (const origin of ["https://evil.test", "null"]) {
        const body = new URLSearchParams({ text: "forged" });
        const response = await rig.ask(path, { method: "POST", body, headers: { origin } });
        expect([path, response.status]).toEqual([path, 403]);
      }
    }
  });

  test("who wrote a post may delete it, and nobody else", async () => {
    const no = await open();
    const mine = rig.ask.bind(rig);
    await rig.send("/b/post", { thread: String(no), text: "Mine", password: "secret" });
    rig.another();
    await mine("/preferences");
    const refused = await rig.send(`/b/post/${no + 1}/delete`, { password: "wrong" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("The password is not the one");
    const done = await rig.send(`/b/post/${no + 1}/delete`, { password: "secret" });
    expect(done.status).toBe(200);
    expect((await rig.ask(`/b/post/${no + 1}`)).status).toBe(404);
  });

  test("what is refused for its length alone is not sent back by the megabyte", async () => {
    const response = await rig.send("/b/post", {
      text: '"'.repeat(1_000_000),
      name: "n".repeat(1e5),
    });
    expect(response.status).toBe(422);
    expect((await response.text()).length).toBeLessThan(500_000);
  });

  test("what was removed is read again by whoever wrote it alone", async () => {
    const no = await open({ text: "Words that had to go" });
    const { id } = await rig.store.kysely
      .selectFrom("post")
      .select("id")
      .where("no", "=", no)
      .executeTakeFirstOrThrow();
    const actor = { id: "a", name: "a", grants: [{ role: "admin", boardId: null }] } as const;
    const order = { postId: id, rule: "0:law", reason: "Because", endsAt: null };
    const [actId = ""] = await act(rig.deps, actor, { ...order, measures: [{ kind: "remove" }] });
    const path = rig.site.due.decisionPath(actId);
    // The address is handed on: it shows the decision, and not what it is about.
    const read = await rig.fetch(new Request(OWN + path), "192.0.2.2");
    const html = await read.text();
    expect([read.status, html.includes("Because"), html.includes("had to go")]).toEqual([
      200,
      true,
      false,
    ]);
    const toldAt = async () =>
      (
        await rig.store.kysely.selectFrom("act").select("toldAt").where("id", "=", actId).execute()
      )[0]?.toldAt;
    expect(await toldAt()).toBeNull();
    expect(await text(path)).toContain("had to go");
    expect(await toldAt()).not.toBeNull();
  });

  test("a report is taken, and can be followed", async () => {
    const no = await open();
    const vague = await rig.send(`/b/post/${no}/report`, { reason: "hm" });
    expect(vague.status).toBe(422);
    expect(await vague.text()).toContain("Say what the report is about.");
    const sent = await rig.send(`/b/post/${no}/report`, { category: "spam", reason: "An ad" });
    expect(sent.status).toBe(303);
    const path = sent.headers.get("location") ?? "";
    expect(await text(path)).toContain("Waits for somebody to look at it.");
    expect((await rig.ask("/report/0123456789abcdef")).status).toBe(404);
  });

  test("a dismissal is contested once, with words, by who has the receipt", async () => {
    const no = await open();
    const sent = await rig.send(`/b/post/${no}/report`, { category: "spam", reason: "An ad" });
    const path = (sent.headers.get("location") ?? "").split("?", 1)[0] as string;
    expect(await text(path)).not.toContain("You see it otherwise?");
    const early = await rig.send(`${path}/contest`, { text: "Too slow" });
    expect(early.status).toBe(422);
    expect(await early.text()).toContain('role="alert"');
    const grants = [{ role: "admin", boardId: null }] as const;
    const item = await rig.store.kysely
      .selectFrom("queue_item")
      .select("id")
      .where("no", "=", no)
      .executeTakeFirstOrThrow();
    await dismiss(rig.deps, { id: "s", name: "S", grants }, item.id, "Not an ad.");
    expect(await text(path)).toContain("You see it otherwise?");
    const empty = await rig.send(`${path}/contest`, { text: " " });
    expect(empty.status).toBe(422);
    expect(await empty.text()).toContain('aria-invalid="true"');
    const done = await rig.send(`${path}/contest`, { text: "It names a shop." });
    expect([done.status, done.headers.get("location")]).toEqual([303, path]);
    expect(await text(path)).toContain("Somebody else looks at it again.");
    expect((await rig.send(`${path}/contest`, { text: "Again" })).status).toBe(422);
  });

  test("who was warned reads why before they write again, and keeps what they wrote", async () => {
    const no = await open();
    const { id: postId } = await rig.store.kysely
      .selectFrom("post")
      .select("id")
      .where("no", "=", no)
      .executeTakeFirstOrThrow();
    const grants = [{ role: "admin", boardId: null }] as const;
    const [actId] = await act(
      rig.deps,
      { id: "s", name: "S", grants },
      {
        postId,
        measures: [{ kind: "warn" }],
        rule: "0:harassment",
        reason: "Mind it.",
        endsAt: null,
      },
    );
    const refused = await rig.send("/b/post", { thread: String(no), text: "What I wrote" });
    expect(refused.status).toBe(422);
    const page = await refused.text();
    const decision = rig.site.due.decisionPath(actId as string);
    expect(page).toContain(`href="${decision}"`);
    expect(page).toContain("What I wrote");
    // Staff know the act's own id: it opens nothing.
    expect((await rig.ask(`/decision/${actId}`)).status).toBe(404);
    expect(await text(decision)).toContain("Mind it.");
    const again = await rig.send("/b/post", { thread: String(no), text: "What I wrote" });
    expect(again.status).toBe(303);
  });

  test("a board can be made, and what is wrong is said", async () => {
    const made = await rig.send("/create", { uri: "mer", title: "La mer", subtitle: "" });
    expect([made.status, made.headers.get("location")]).toEqual([303, "/mer/"]);
    expect(await text("/mer/")).toContain("Nobody has written here yet.");
    const taken = await rig.send("/create", { uri: "mer", title: "Encore" });
    expect(taken.status).toBe(422);
    expect(await taken.text()).toContain('value="Encore"');
  });
});

describe("reading", () => {
  test("pages for everybody may be kept, and carry nobody's token or cookie", async () => {
    const no = await open();
    for (const path of [
      "/",
      "/b/",
      "/b/catalog",
      "/overboard",
      `/b/thread/${no}`,
      "/b/archive",
      "/rules",
      "/b/log",
      "/about",
    ]) {
      rig.another();
      const response = await rig.ask(path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("cache-control")).toContain("s-maxage=5");
      expect(response.headers.get("set-cookie")).toBeNull();
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await response.text()).not.toContain("_csrf");
    }
  });

  test("who has a page already is told that it is the same, until somebody writes", async () => {
    const no = await open();
    const path = `/b/thread/${no}`;
    const etag = (await rig.ask(path)).headers.get("etag") ?? "";
    for (const list of [etag, `"other", ${etag}`, etag.slice(2), "*"]) {
      const again = await rig.ask(path, { headers: { "if-none-match": list } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.headers.get("cache-tag")).toContain(`thread-b-${no}`);
    }
    await rig.send("/b/post", { thread: String(no), text: "One more" });
    const changed = await rig.ask(path, { headers: { "if-none-match": etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
  });

  test("pages for one visitor are not kept", async () => {
    const no = await open();
    for (const path of [
      `/b/thread/${no}?quote=${no}`,
      "/preferences",
      `/b/post/${no}`,
      "/search?q=first",
    ]) {
      const response = await rig.ask(path);
      expect(response.headers.get("cache-control")).toBe("private, no-store");
    }
    expect(await text(`/b/thread/${no}?quote=${no}`)).toContain(`\n&gt;&gt;${no}\n</textarea>`);
    expect(await text("/search?q=first&board=b")).toContain("<article");
  });

  test("what is not there is a page too, in the reader's language", async () => {
    const response = await rig.ask("/nowhere/", { headers: { "accept-language": "fr" } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Ce forum n’existe pas.");
  });

  test("preferences stand in cookies", async () => {
    const saved = await rig.send("/preferences", { theme: "dark", language: "fr" });
    expect(saved.headers.getSetCookie().join()).toMatch(/theme=dark.*locale=fr/);
    const page = await rig.ask("/b/", { headers: { cookie: "theme=dark; locale=fr" } });
    expect(await page.text()).toContain('<html lang="fr" data-theme="dark">');
  });

  test("assets never change under their address", async () => {
    const { css, script } = rig.site.assets.of("en");
    for (const path of [css, script]) {
      const response = await rig.ask(path);
      expect(response.headers.get("cache-control")).toContain("immutable");
    }
    expect((await rig.ask("/assets/board.other.css")).status).toBe(404);
  });
});

describe("for programs", () => {
  test("4chan's JSON is served, with validators", async () => {
    const file = new File(["picture"], "a.png", { type: "image/png" });
    const no = await open({ files: file });
    rig.clock.advance(5000);
    const response = await rig.ask(`/b/thread/${no}.json`);
    const modified = response.headers.get("last-modified") ?? "";
    const [opening] = ((await response.json()) as ChanThread).posts;
    expect(opening).toMatchObject({ no, resto: 0, sub: "A thread", ext: ".png", unique_ips: 1 });
    const again = await rig.ask(`/b/thread/${no}.json`, {
      headers: { "if-modified-since": modified },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const picture = await rig.ask(`/b/${opening.tim}${opening.ext}`);
    expect(await picture.text()).toBe("picture");
    expect((await rig.ask(`/b/${(opening.tim ?? 0) + 9}.png`)).status).toBe(404);

    const catalog = (await (await rig.ask("/b/catalog.json")).json()) as ChanCatalog;
    expect(catalog[0]?.threads[0]?.no).toBe(no);
    for (const path of [
      "/boards.json",
      "/b/threads.json",
      "/b/1.json",
      "/b/archive.json",
      `/b/thread/${no}-tail.json`,
      "/webring.json",
    ]) {
      const answer = await rig.ask(path);
      expect([path, answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
        path,
        200,
        "*",
      ]);
      await answer.json();
    }
  });

  test("feeds are well-formed, whatever was written", async () => {
    const no = await open({ subject: "]]> & <x>", text: "\u0001<script>'\"" });
    for (const path of [
      "/b/index.atom",
      "/b/index.rss",
      `/b/thread/${no}.atom`,
      `/b/thread/${no}.rss`,
    ]) {
      const response = await rig.ask(path);
      expect(response.status).toBe(200);
      const feed = await response.text();
      expect(feed).toContain("]]&gt; &amp; &lt;x&gt;");
      expect(feed).not.toContain("<script");
      expect(feed).not.toContain("\u0001");
    }
  });

  test("threads of this site can be embedded, nothing else", async () => {
    const no = await open({ subject: "Embedded" });
    const url = encodeURIComponent(`${OWN}/b/thread/${no}`);
    const embedded = await (await rig.ask(`/oembed?url=${url}`)).json();
    expect(embedded).toMatchObject({ version: "1.0", type: "rich", title: "Embedded – /b/" });
    for (const other of ["https://evil.test/b/thread/1", `${OWN}/b/`, "x"]) {
      expect((await rig.ask(`/oembed?url=${encodeURIComponent(other)}`)).status).toBe(404);
    }
    expect((await rig.ask(`/oembed?url=${url}&format=xml`)).status).toBe(501);
  });

  test("who reads a thread is told of posts as they come, and of those that were missed", async () => {
    const no = await open();
    await rig.send("/b/post", { thread: String(no), text: "Missed" });
    const response = await rig.ask(`/b/thread/${no}/events?after=${no}`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).toMatch(/^retry: 3000\n\nid: \d+\nevent: post\ndata: .*Missed/);
    await rig.send("/b/post", { thread: String(no), text: "Live", password: "p" });
    expect(await next()).toContain("Live");
    await rig.send(`/b/post/${no + 2}/delete`, { password: "p" });
    expect(await next()).toBe(`event: post\ndata: {"no":${no + 2}}\n\n`);
    // The edge's copies follow everything that happens: it stays.
    expect(rig.events.size).toBe(2);
    await reader.cancel();
    expect(rig.events.size).toBe(1);
  });
});
