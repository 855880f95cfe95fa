import { describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { Signer } from "#signed.ts";
import type { WebOptions } from "#web.ts";
import { createWeb } from "#web.ts";

const ORIGIN = "https://board.example";
const reports: string[] = [];

function site(change: Partial<WebOptions> = {}) {
  const app = createWeb({
    signer: new Signer(new Uint8Array(32).fill(3)),
    origins: [ORIGIN],
    trusted: new CidrSet(["127.0.0.1"]),
    locale: "en",
    policy: { media: [] },
    maxBody: 4_096,
    signedPaths: ["/inbox"],
    statuses: { "board.not_found": 404 },
    texts: { "board.not_found": { en: "No such board.", fr: "Ce forum n’existe pas." } },
    errorPage: (c, error, status, detail) =>
      c.html(`<p>${error.code} ${detail}</p>`, status as 400),
    report: (error, reference) => reports.push(`${reference} ${(error as Error).message}`),
    ...change,
  });
  app.get("/who", (c) => c.json({ address: c.get("address"), locale: c.get("locale") }));
  app.get("/form", (c) => c.text(c.get("csrf")));
  app.get("/page", (c) => c.text("page", 200, { "cache-control": "public, s-maxage=10" }));
  app.post("/change", (c) => c.text("changed"));
  app.post("/inbox", (c) => c.text("taken"));
  app.get("/missing", () => {
    throw new AppError({
      code: "board.not_found",
      source: "client",
      retry: false,
      publicMessage: "no",
    });
  });
  app.get("/broken", () => {
    throw new Error("secret of the house");
  });
  return (path: string, init: RequestInit = {}, peer = "127.0.0.1") =>
    app.request(`${ORIGIN}${path}`, init, { peer });
}

async function withForm(ask: ReturnType<typeof site>) {
  const page = await ask("/form");
  const cookie = (page.headers.get("set-cookie") ?? "").split(";", 1)[0] as string;
  return { cookie, token: await page.text() };
}

function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields), headers };
}

describe("forms", () => {
  test("with the visitor's own token and cookie pass, without what browsers say of themselves", async () => {
    const ask = site();
    const { cookie, token } = await withForm(ask);
    const answer = await ask("/change", form({ _csrf: token }, { cookie }));
    expect(await answer.text()).toBe("changed");
  });

  test("without a token pass where the browser says that they are the site's own", async () => {
    const ask = site();
    expect((await ask("/change", form({}, { origin: ORIGIN }))).status).toBe(200);
    expect((await ask("/change", form({}, { "sec-fetch-site": "same-origin" }))).status).toBe(200);
  });

  test("are refused from elsewhere, whatever else they carry", async () => {
    const ask = site();
    const { cookie, token } = await withForm(ask);
    const other = await withForm(ask);
    const refused: RequestInit[] = [
      form({}),
      form({}, { cookie }),
      form({}, { cookie, origin: "null" }),
      form({ _csrf: token }),
      form({ _csrf: "x" }, { cookie }),
      form({ _csrf: other.token }, { cookie }),
      form({ _csrf: token }, { cookie, origin: "https://elsewhere.example" }),
      form({ _csrf: token }, { cookie, "sec-fetch-site": "cross-site" }),
      form({ _csrf: token }, { cookie, "sec-fetch-site": "same-site" }),
      form({ _csrf: other.token }, { cookie, origin: ORIGIN }),
    ];
    const statuses = await Promise.all(
      refused.map(async (init) => (await ask("/change", init)).status),
    );
    expect(statuses).toEqual(refused.map(() => 403));
  });

  test("of signed messages are left to the signature, under exactly that path", async () => {
    const ask = site();
    expect((await ask("/inbox", form({}))).status).toBe(200);
    expect((await ask("/inbox/", form({}))).status).not.toBe(200);
  });

  test("too large are refused, with and without a length", async () => {
    const ask = site();
    const text = "x".repeat(5_000);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`a=${text}`));
        controller.close();
      },
    });
    const headers = { origin: ORIGIN, "content-type": "application/x-www-form-urlencoded" };
    expect((await ask("/change", form({ text }, { origin: ORIGIN }))).status).toBe(413);
    expect((await ask("/change", { method: "POST", body, headers })).status).toBe(413);
  });
});

describe("answers", () => {
  test("carry a strict policy, the same one each time", async () => {
    const ask = site();
    const policies = await Promise.all(
      ["/form", "/page"].map(async (path) =>
        (await ask(path)).headers.get("content-security-policy"),
      ),
    );
    expect(policies[0]).toContain("default-src 'none'");
    expect(policies[0]).toContain("script-src 'self';");
    expect(policies[0]).toContain("frame-ancestors 'none'");
    // A page that a shared cache keeps can hold no secret of one answer.
    expect(policies[1]).toBe(policies[0] as string);
    expect(policies[0]).not.toMatch(/unsafe|nonce/);
  });

  test("that a shared cache keeps carry no cookie", async () => {
    const ask = site();
    expect((await ask("/page")).headers.get("set-cookie")).toBeNull();
    const cookie = (await ask("/form")).headers.get("set-cookie");
    expect(cookie).toMatch(
      /^visitor=\S+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax/,
    );
  });

  test("know the visitor behind a trusted proxy, and believe nobody else", async () => {
    const ask = site();
    const headers = { "x-forwarded-for": "198.51.100.7, 2001:DB8::1", "accept-language": "fr" };
    expect(await (await ask("/who", { headers })).json()).toEqual({
      address: "2001:db8::1",
      locale: "fr",
    });
    const stranger = await ask("/who", { headers }, "203.0.113.9");
    expect(await stranger.json()).toEqual({ address: "203.0.113.9", locale: "fr" });
  });
});

describe("errors", () => {
  test("are pages in the visitor's language for people, problems for programs", async () => {
    const ask = site();
    const page = await ask("/missing", { headers: { "accept-language": "fr" } });
    expect(page.status).toBe(404);
    expect(await page.text()).toContain("Ce forum n’existe pas.");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const problem = await ask("/missing", { headers: { accept: "application/json" } });
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
    expect(await problem.json()).toMatchObject({ code: "board.not_found", status: 404 });
  });

  test("that nobody expected are reported, and show nothing of the cause", async () => {
    const ask = site();
    reports.length = 0;
    const page = await ask("/broken");
    expect(page.status).toBe(500);
    expect(await page.text()).not.toContain("secret");
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain("secret of the house");
  });

  test("tell of an address where nothing is", async () => {
    expect((await site()("/nowhere")).status).toBe(404);
  });
});
