import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@egide/sql/database.ts";
import { openDatabase } from "@egide/sql/open.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { Accounts } from "@egide/web/account/accounts.ts";
import { accountRoutes } from "@egide/web/account/routes.tsx";
import { Signer } from "@egide/web/signed.ts";
import { createWeb } from "@egide/web/web.ts";
import type { Browser, BrowserContext } from "playwright-core";
import { hasChromium, launch, violations } from "./browser.ts";

const present = hasChromium("accounts in a browser");

setDefaultTimeout(60_000);

const PASSWORD = "correct horse battery";
let browser: Browser;
let server: Bun.Server<undefined>;
let database: Database<unknown>;
let accounts: Accounts;
const claimed = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), "egide-accounts-"));

beforeAll(async () => {
  if (!present) return;
  let ask: (request: Request, peer: string) => Response | Promise<Response>;
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, self) => ask(request, self.requestIP(request)?.address ?? ""),
  });
  const origin = `http://localhost:${server.port}`;
  database = openDatabase(`sqlite:${folder}/accounts.db`);
  accounts = new Accounts({
    db: database.kysely,
    dialect: "sqlite",
    secret: "a secret of this test alone, long enough",
    origins: [origin],
    siteName: "Test board",
    registration: "open",
    claim: async (what) => {
      const isFirst = !claimed.has(what);
      claimed.add(what);
      return isFirst;
    },
  });
  await accounts.prepare();
  await accounts.prepare();
  const app = createWeb({
    signer: new Signer(new Uint8Array(32).fill(5)),
    origins: [origin],
    // Each test is a visitor of its own to the limits, behind a proxy that is trusted.
    trusted: new CidrSet(["127.0.0.1"]),
    locale: "en",
    policy: { media: [] },
    maxBody: 65_536,
    signedPaths: [],
    statuses: {},
    texts: {},
    errorPage: (c, error, status) => c.html(`<title>Error</title><p>${error.code}`, status as 400),
    report: (error) => {
      throw error;
    },
  });
  accountRoutes(
    app,
    accounts,
    (c, { title, body, status }) =>
      c.html(
        `<!doctype html><html lang="en"><title>${title}</title><main>${body as string}</main></html>`,
        status as 200,
      ),
    { mayRegister: () => true, isInvited: () => false },
  );
  ask = (request, peer) => app.fetch(request, { peer });
  browser = await launch();
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  if (!present) return;
  await browser.close();
  await server.stop(true);
  await database.close();
});

let visitors = 0;

function visitor(javaScriptEnabled: boolean): Promise<BrowserContext> {
  visitors += 1;
  return browser.newContext({
    baseURL: `http://localhost:${server.port}`,
    javaScriptEnabled,
    // axe comes in as a script, which the pages' own policy forbids.
    bypassCSP: javaScriptEnabled,
    locale: "en-GB",
    extraHTTPHeaders: { "x-forwarded-for": `192.0.2.${visitors}` },
  });
}

async function register(context: BrowserContext, username: string) {
  const page = await context.newPage();
  await page.goto("/account/register");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.waitForURL("**/account");
  return page;
}

async function signIn(context: BrowserContext, username: string, password = PASSWORD) {
  const page = await context.newPage();
  await page.goto("/account/sign-in");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  return page;
}

/** TOTP (RFC 6238) over HOTP (RFC 4226, section 5.3). */
function totp(secret: string, at: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = Array.from(secret, (letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, "0"),
  );
  const bytes = (bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const offset = (mac[19] as number) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe.skipIf(!present)("an account", () => {
  test("is made, left and entered again without JavaScript", async () => {
    const context = await visitor(false);
    const page = await register(context, "Ada");
    expect(await page.getByText("Ada", { exact: true }).isVisible()).toBe(true);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`http://localhost:${server.port}/`);
    await page.goto("/account");
    expect(page.url()).toContain("/account/sign-in?next=/account");
    const again = await signIn(context, "ada");
    await again.waitForURL("**/account");
    await context.close();
  });

  test("is refused for a wrong password as for an unknown name, and the name is kept", async () => {
    await accounts.create("grace", PASSWORD);
    const context = await visitor(false);
    const texts: (string | null)[] = [];
    for (const name of ["grace", "nobody"]) {
      const page = await signIn(context, name, "wrong password here");
      texts.push(await page.getByRole("alert").textContent());
      expect(await page.getByLabel("User name").inputValue()).toBe(name);
    }
    expect(texts).toEqual([texts[0] as string, texts[0] as string]);
    await context.close();
  });

  test("is closed for a while to who tries too often", async () => {
    const origin = `http://localhost:${server.port}`;
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const body = new URLSearchParams({ username: "grace", password: `wrong password ${i}` });
      const headers = { origin, "x-forwarded-for": "192.0.2.250" };
      const answer = await fetch(`${origin}/account/sign-in`, { method: "POST", headers, body });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 401), 429, 429]);
  });

  test("of a name that is taken, too short or without a good password says so", async () => {
    const context = await visitor(false);
    const page = await context.newPage();
    const said: (string | null)[] = [];
    for (const [name, password] of [
      ["GRACE", PASSWORD],
      ["x", PASSWORD],
      ["somebody", "short"],
    ] as const) {
      await page.goto("/account/register");
      await page.getByLabel("User name").fill(name);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Create an account" }).click();
      said.push(await page.getByRole("alert").textContent());
    }
    expect(said[0]).toContain("taken");
    expect(said[1]).toContain("3 to 30");
    expect(said[2]).toContain("12 to 128");
    expect(await accounts.find("x")).toBeNull();
    await context.close();
  });

  test("asks for a code once an authenticator is set up, and takes a recovery code once", async () => {
    const context = await visitor(false);
    const page = await register(context, "hedy");
    await page.getByLabel("Current password").first().fill(PASSWORD);
    await page.getByRole("button", { name: "Set up an authenticator app" }).click();
    const codes = await page.locator("code").allTextContents();
    const [secret, recovery] = codes as [string, string];

    await page.getByLabel("Code that the app shows now").fill(totp(secret, Date.now()));
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await page.getByText("A code from your app is asked for").isVisible()).toBe(true);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`http://localhost:${server.port}/`);

    const other = await visitor(false);
    for (const [code, outcome] of [
      ["000000", "refused"],
      [recovery, "in"],
      [recovery, "refused"],
      [totp(secret, Date.now()), "in"],
    ] as const) {
      const again = await signIn(other, "hedy");
      await again.waitForURL("**/account/second-factor**");
      await again.goto("/account");
      expect(again.url()).toContain("/account/sign-in");
      await again.goto("/account/second-factor");
      await again.getByLabel("Code from your app").fill(code);
      await again.getByRole("button", { name: "Continue" }).click();
      if (outcome === "in") {
        await again.waitForURL("**/account");
        await again.getByRole("button", { name: "Sign out", exact: true }).click();
        // Chromium never answers who closes a page that is about to be left.
        await again.waitForURL(`http://localhost:${server.port}/`);
      } else {
        expect(await again.getByRole("alert").isVisible()).toBe(true);
      }
      await again.close();
    }
    await context.close();
    await other.close();
  });

  test("is entered with a passkey", async () => {
    const context = await visitor(true);
    const page = await register(context, "joan");
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.getByLabel("Name of this device").fill("Joan’s laptop");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByText("Joan’s laptop").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`http://localhost:${server.port}/`);
    await page.goto("/account/sign-in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL("**/account");
    expect(await page.getByText("joan", { exact: true }).isVisible()).toBe(true);
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("There is no passkey yet.").waitFor();
    await context.close();
  });

  test("is not entered a second time with a code that was used, whoever read it", async () => {
    const context = await visitor(false);
    const page = await register(context, "rosalind");
    await page.getByLabel("Current password").first().fill(PASSWORD);
    await page.getByRole("button", { name: "Set up an authenticator app" }).click();
    const [secret] = (await page.locator("code").allTextContents()) as [string];
    await page.getByLabel("Code that the app shows now").fill(totp(secret, Date.now()));
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("A code from your app is asked for").waitFor();
    // Good in this half minute and in the next, so that no turn of it comes in between.
    const code = totp(secret, Date.now() + 30_000);
    const entered: boolean[] = [];
    for (let i = 0; i < 2; i++) {
      const own = await visitor(false);
      const again = await signIn(own, "rosalind");
      await again.waitForURL("**/account/second-factor**");
      await again.getByLabel("Code from your app").fill(code);
      await again.getByRole("button", { name: "Continue" }).click();
      await again.waitForLoadState();
      await again.goto("/account");
      entered.push(!again.url().includes("sign-in"));
      await own.close();
    }
    expect(entered).toEqual([true, false]);
    await context.close();
  });

  test("is left everywhere at once", async () => {
    const here = await visitor(false);
    const page = await register(here, "barbara");
    const there = await visitor(false);
    const other = await signIn(there, "barbara");
    await other.waitForURL("**/account");
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.waitForURL(`http://localhost:${server.port}/`);
    for (const one of [page, other]) {
      await one.goto("/account");
      expect(one.url()).toContain("/account/sign-in");
    }
    await here.close();
    await there.close();
  });

  test("is not entered with a passkey whose device does not look who holds it", async () => {
    const context = await visitor(true);
    const page = await register(context, "hypatia");
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.getByLabel("Name of this device").fill("Found on a bench");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByText("Found on a bench").waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`http://localhost:${server.port}/`);
    // Somebody else holds it, and their own page asks the device for no more than a touch.
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await page.addInitScript({
      content: `
        const parse = PublicKeyCredential.parseRequestOptionsFromJSON;
        PublicKeyCredential.parseRequestOptionsFromJSON = (options) =>
          parse.call(PublicKeyCredential, { ...options, userVerification: "discouraged" });`,
    });
    await page.goto("/account/sign-in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    const status = page.locator("[data-passkey-status]");
    await page.waitForFunction(
      'document.querySelector("[data-passkey-status]").textContent !== ""',
    );
    expect(await status.textContent()).toContain("PIN");
    await page.goto("/account");
    expect(page.url()).toContain("/account/sign-in");
    await context.close();
  });

  test("whose password was set anew loses its sessions", async () => {
    const context = await visitor(false);
    const page = await register(context, "mary");
    const person = await accounts.find("mary");
    await accounts.setPassword(person?.id ?? "", "another horse battery");
    await page.goto("/account");
    expect(page.url()).toContain("/account/sign-in");
    const again = await signIn(context, "mary", "another horse battery");
    await again.waitForURL("**/account");
    await context.close();
  });

  test("opens nothing else of the library to strangers", async () => {
    const origin = `http://localhost:${server.port}`;
    for (const path of ["/sign-up/email", "/sign-in/email", "/update-user", "/list-sessions"]) {
      const answer = await fetch(`${origin}/account/api${path}`, {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: "{}",
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});
