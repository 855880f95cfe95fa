import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { hasChromium } from "./browser.ts";
import { WholeBoard } from "./whole-board.ts";

/*
 * The whole board as its people meet it, poster, reporter, moderator and whoever hears appeals, each
 * in a browser of their own: with JavaScript, without it, and by the keyboard alone.
 */
setDefaultTimeout(120_000);

describe.skipIf(!hasChromium("moderation in a browser"))("moderation in Chromium", () => {
  let board: WholeBoard;
  let root = "";

  beforeAll(async () => {
    board = await WholeBoard.start();
    ({ root } = board);
  }, 60_000);
  afterAll(async () => {
    await board?.stop();
  }, 30_000);

  test.each([
    { name: "with JavaScript", javaScriptEnabled: true, uri: "with" },
    { name: "without JavaScript", javaScriptEnabled: false, uri: "without" },
  ])(
    "create, post, reply, quote, report, moderate, appeal, delete: $name",
    async ({ javaScriptEnabled, uri }) => {
      const [owner, poster, reporter, gloria] = await Promise.all(
        Array.from({ length: 4 }, () => board.somebody({ javaScriptEnabled })),
      );
      if (!owner || !poster || !reporter || !gloria) throw new Error("nobody came");

      // Somebody makes an account and a board.
      await board.ownBoard(owner, uri, "Harbour");
      await owner.goto(`${root}/account`);
      await owner.click("text=To the staff area");
      await owner.waitForURL(`${root}/staff/queue`);

      // A thread with a picture, a reply that quotes it.
      await poster.goto(`${root}/${uri}/`);
      await board.write(poster, "Whose boat is this?", { subject: "The boat", file: true });
      await poster.waitForURL(new RegExp(`/${uri}/thread/1`));
      expect(await poster.locator("#p1 .thumb img").count()).toBe(1);
      await poster.click("#p1 .cite");
      await board.write(poster, ">>1\nIt is the neighbour's, and here is his address.");
      await poster.waitForSelector("#p2 .quotelink");

      // A reader reports it, and can follow that.
      await reporter.goto(`${root}/${uri}/post/2`);
      await reporter.check("[value=doxxing]");
      await reporter.fill("#reason", "An address of somebody.");
      await reporter.click("text=Send the report");
      await reporter.waitForSelector("text=Your report has arrived");
      const receipt = reporter.url().replace(/\?.*/, "");

      // The owner decides: remove it, and ban its poster from the board.
      await owner.goto(`${root}/staff/queue`);
      await owner.getByRole("link", { name: "Review" }).first().click();
      expect(await owner.textContent("article.post")).toContain("here is his address");
      await owner.getByRole("checkbox", { name: "Remove it" }).check();
      await owner.selectOption("[name=rule]", { index: 1 });
      await owner.fill("#reason", "Nobody's address belongs here.");
      await owner.selectOption("[name=scope]", "board");
      await owner.getByRole("button", { name: "Apply", exact: true }).click();
      await owner.waitForURL(`${root}/staff/queue?done`);
      await reporter.goto(receipt);
      expect(await reporter.textContent("main")).toContain("Something was done about the post");

      // The poster is told why, keeps what they wrote, and appeals.
      await poster.goto(`${root}/${uri}/thread/1`);
      expect(await poster.locator("#p2").count()).toBe(0);
      await board.write(poster, "Where is my answer?");
      await poster.waitForSelector("#reply [role=alert]");
      expect(await poster.inputValue("#reply [name=text]")).toContain("Where is my answer?");
      await poster.click("#reply [role=alert] a");
      await poster.waitForSelector("text=Nobody's address belongs here.");
      const decision = poster.url();
      await poster.fill("[name=text]", "It is my own address.");
      await poster.click("text=Send the appeal");
      await poster.waitForSelector("text=Your appeal has arrived");

      // Who acted can't decide it; somebody else does.
      await owner.goto(`${root}/staff/appeals`);
      expect(await owner.textContent("main")).toContain("this was your action");
      await board.signIn(gloria, "gloria");
      await gloria.goto(`${root}/staff/appeals`);
      await gloria.selectOption("[name=verdict]", "reversed");
      await gloria.fill("[name=answer]", "Then it may stay.");
      await gloria.getByRole("button", { name: "Decide" }).first().click();
      await gloria.waitForSelector("text=Nothing waits here.");
      await poster.goto(decision);
      expect(await poster.textContent("#appeal")).toContain("Then it may stay.");

      // Undone by the owner as well, the post stands again; its poster deletes the thread.
      await owner.goto(`${root}/staff/acts`);
      const undo = owner.getByRole("button", { name: "Undo" });
      while ((await undo.count()) > 0) {
        await owner.locator("[name=reason]").first().fill("As was decided.");
        await undo.first().click();
        await owner.waitForLoadState();
      }
      await poster.goto(`${root}/${uri}/thread/1`);
      expect(await poster.locator("#p2").count()).toBe(1);
      await poster.goto(`${root}/${uri}/post/1`);
      await poster.click("#delete button");
      await poster.waitForSelector("text=The post is deleted");
      expect((await poster.goto(`${root}/${uri}/thread/1`))?.status()).toBe(404);
      for (const page of [owner, poster, reporter, gloria]) await page.context().close();
    },
  );

  test("staff pin a thread, answer under a capcode, edit a post, and the log knows", async () => {
    const [owner, poster] = await Promise.all([board.somebody(), board.somebody()]);
    if (!owner || !poster) throw new Error("nobody came");
    await board.ownBoard(owner, "tools", "Tools");
    await poster.goto(`${root}/tools/`);
    await board.write(poster, "Call me at 555 0100", { subject: "Lost and found" });
    await poster.waitForURL(/\/tools\/thread\/1/);
    // Nobody reported it: the way leads from the post itself.
    await owner.goto(`${root}/tools/post/1`);
    await owner.click("text=Moderate");
    await owner.getByRole("checkbox", { name: "Pinned" }).check();
    await owner.getByRole("checkbox", { name: "Locked" }).check();
    await owner.getByRole("button", { name: "Save" }).first().click();
    await owner.waitForLoadState();
    await owner.click("summary:has-text('Edit the post')");
    await owner.fill("[name=text]", "Call me.");
    await owner.fill("#edit-reason", "A number.");
    await owner.getByRole("button", { name: "Save" }).last().click();
    await owner.waitForSelector("h2:has-text('What it said before')");
    await owner.click("text=Answer as staff");
    await owner.getByRole("checkbox", { name: "Write as Board owner" }).check();
    await board.write(owner, ">>1\nKept at the office.");
    await owner.waitForSelector("#p2 .capcode");
    expect(await owner.textContent("#p2 .capcode")).toContain("Board owner");
    await poster.goto(`${root}/tools/thread/1`);
    expect(await poster.textContent("#p1")).not.toContain("555");
    expect(await poster.textContent("main")).toContain("takes no more replies");
    await owner.goto(`${root}/staff/log`);
    const log = await owner.textContent("main");
    for (const action of ["thread.flags", "post.edit", "post.as-staff"]) {
      expect(log).toContain(action);
    }
    for (const page of [owner, poster]) await page.context().close();
  });

  test("a thread is watched without JavaScript", async () => {
    const reader = await board.somebody({ javaScriptEnabled: false });
    const writer = await board.somebody();
    await board.ownBoard(writer, "watch1", "Watched");
    await board.write(writer, "Opening", { subject: "Followed" });
    await writer.waitForURL(/\/watch1\/thread\/1/);
    await reader.goto(`${root}/watch1/thread/1`);
    await reader.getByRole("button", { name: "Watch" }).click();
    await reader.waitForURL(`${root}/watched`);
    expect(await reader.textContent(".watched")).not.toContain("new repl");
    await board.write(writer, "An answer that is new");
    await writer.waitForSelector("#p2");
    await reader.goto(`${root}/watched`);
    expect(await reader.textContent(".watched")).toContain("1 new reply");
    await reader.click(".watched a");
    await reader.waitForSelector("#p2");
    await reader.goto(`${root}/watched`);
    expect(await reader.textContent(".watched")).not.toContain("new repl");
    await reader.getByRole("button", { name: "Stop watching" }).click();
    await reader.waitForURL(`${root}/watched`);
    expect(await reader.locator(".watched li").count()).toBe(0);
    expect(await reader.content()).toContain("No thread is being watched.");
    for (const page of [reader, writer]) await page.context().close();
  });

  test.each([
    { name: "with JavaScript", javaScriptEnabled: true, uri: "keys" },
    { name: "without JavaScript", javaScriptEnabled: false, uri: "keysplain" },
  ])("post, report and decide by the keyboard alone, $name", async ({ javaScriptEnabled, uri }) => {
    const owner = await board.somebody({ javaScriptEnabled });
    const reader = await board.somebody({ javaScriptEnabled });
    await board.signIn(owner, "root");
    await owner.goto(`${root}/create`);
    await tabTo(owner, "#uri");
    await owner.keyboard.type(uri);
    await tabTo(owner, "#title");
    await owner.keyboard.type("Keys");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(`${root}/${uri}/`);

    await reader.goto(`${root}/${uri}/`);
    await tabTo(reader, "#reply > summary");
    await reader.keyboard.press("Enter");
    await tabTo(reader, "#reply [name=text]");
    await reader.keyboard.type("Written without a mouse");
    await tabTo(reader, "#reply .send button");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(new RegExp(`/${uri}/thread/1`));
    await tabTo(reader, "#p1 .acts");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(`${root}/${uri}/post/1`);
    await tabTo(reader, "#report [name=category]");
    await reader.keyboard.press("ArrowDown");
    for (let i = 0; i < 5; i++) await reader.keyboard.press("ArrowDown");
    await tabTo(reader, "#reason");
    await reader.keyboard.type("Seen by nobody else.");
    await tabTo(reader, "#report button");
    await reader.keyboard.press("Enter");
    await reader.waitForURL(/\/report\//);

    await owner.goto(`${root}/staff/queue`);
    await tabTo(owner, "tbody a");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(/\/staff\/item\//);
    await tabTo(owner, "[name=measure][value=hide]");
    await owner.keyboard.press("Space");
    await tabTo(owner, "[name=rule]");
    await owner.keyboard.press("ArrowDown");
    await tabTo(owner, "#reason");
    await owner.keyboard.type("Off topic.");
    await tabTo(owner, "form[action$='/act'] button");
    await owner.keyboard.press("Enter");
    await owner.waitForURL(`${root}/staff/queue?done`);
    expect((await reader.goto(`${root}/${uri}/thread/1`))?.status()).toBe(404);
    for (const page of [owner, reader]) await page.context().close();
  });

  /** Presses Tab until the focus is there: fails where the keyboard can't reach it. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let i = 0; i < 150; i++) {
      const isThere = await page.evaluate<boolean>(
        `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`,
      );
      if (isThere) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`the keyboard does not reach ${selector} on ${page.url()}`);
  }
});
