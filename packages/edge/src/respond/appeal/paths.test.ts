import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appealSchema } from "@egide/contract/appeal.ts";
import { openReceipt } from "@egide/contract/receipt.ts";
import { publicKeyOf } from "@egide/contract/signing.ts";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { answerAppealPath } from "#respond/appeal/paths.ts";
import { testDesk } from "#respond/appeal/testing.ts";
import { Dress } from "#respond/dress.ts";
import type { Verdict } from "#verdict.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-appeals-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2026, 0, 1);
const dress = new Dress(respondPolicySchema.parse({}));
const policy = { enabled: true, days: 30 };
const BROWSER = ["Accept", "text/html", "Sec-Fetch-Site", "same-origin"];
let requests = 0;

function setUp() {
  const clock = new FakeClock();
  const store = join(folder, String(requests));
  const desk = testDesk(store, clock);
  const refuse = (code = "rule.block", client = "192.0.2.7") => {
    const requestId = `k3j9x0q2a7${String(requests++).padStart(10, "0")}`;
    const facts = { requestId, time: NOW, zoneId: "z", client, rules: ["no-wp"], bot: null };
    const verdict = { kind: "deny", status: 403, code, headers: [], order: null } satisfies Verdict;
    return { requestId, reference: desk.references.of(facts, verdict)?.toString() ?? "" };
  };
  const ask = (
    target: string,
    { headers = BROWSER, time = NOW, client = "192.0.2.7", body = null as string | null } = {},
  ) => {
    const source = new FakeSource();
    const method = body === null ? "GET" : "POST";
    const more = body === null ? {} : { body: source, bodyLength: body.length };
    const exchange = new FakeExchange({ method, target, headers, ...more });
    const who = { client, authority: "example.org", bot: undefined, clearance: null };
    const asking = { exchange, zoneId: "z", target, time, ...who };
    const reply = {
      dress,
      requestId: "id",
      host: "example.org",
      time,
      began: () => {},
      finished: () => {},
    };
    expect(answerAppealPath(asking, policy, desk, reply)).toBe(true);
    if (body !== null) {
      source.sink?.data(Buffer.from(body));
      source.sink?.end(null);
    }
    return exchange;
  };
  const look = (reference: string, more: Parameters<typeof ask>[1] = {}) =>
    ask(`/.well-known/egide/appeal?ref=${reference}`, more);
  const send = (ref: string, text: string, more: Parameters<typeof ask>[1] = {}) =>
    ask("/.well-known/egide/appeal", { ...more, body: String(new URLSearchParams({ ref, text })) });
  const kept = () => readdirSync(store);
  const read = (id: string) =>
    appealSchema.parse(JSON.parse(readFileSync(join(store, `${id}.json`), "utf8")));
  return { desk, refuse, ask, look, send, kept, read, clock };
}

describe("a refusal that is contested", () => {
  test("is shown with a form and a receipt that others can check, and no script", () => {
    const { desk, refuse, look } = setUp();
    const { reference, requestId } = refuse();
    const page = look(reference, { headers: [...BROWSER, "Accept-Language", "fr"] });
    expect([page.status, page.header("content-language")]).toEqual([200, "fr"]);
    expect(page.text).toContain("Contester cette décision");
    expect(page.text).toContain(requestId);
    expect(page.text).not.toContain("<script");
    const csp = page.header("content-security-policy");
    expect(csp).toContain("form-action 'self'");
    const styles = [...page.text.matchAll(/<style>(.*?)<\/style>/gs)];
    expect(styles).toHaveLength(2);
    for (const [, style = ""] of styles) {
      expect(csp).toContain(new Bun.CryptoHasher("sha256").update(style).digest("base64"));
    }
    const json = JSON.parse(look(reference, { headers: ["Accept", "application/json"] }).text);
    expect(json).toMatchObject({ code: "appeal.form", state: "none", receipt: reference });
    const key = publicKeyOf(desk.key.publicText);
    if (key === null) throw new Error("no key");
    expect(openReceipt(json.signed, key)).toEqual(json.says);
    expect(json.says).toMatchObject({
      zone: "z",
      kind: "rule",
      rule: "no-wp",
      time: "2026-01-01T00:00:00.000Z",
      appealUntil: "2026-01-31T00:00:00.000Z",
    });
  });

  test("is kept once, with what was written, and its outcome can be looked up", () => {
    const { refuse, look, send, kept, read } = setUp();
    const { reference, requestId } = refuse();
    const sent = send(reference, "I read\r\nthe news \u001b[2J.");
    expect([sent.status, sent.header("location")]).toEqual([
      303,
      `/.well-known/egide/appeal?ref=${reference}`,
    ]);
    expect(read(requestId)).toMatchObject({
      text: "I read\nthe news  [2J.",
      sameAddress: true,
      address: null,
      state: "open",
    });
    expect(send(reference, "Again!").status).toBe(303);
    expect(read(requestId).text).toStartWith("I read");
    expect(kept()).toEqual([`${requestId}.json`]);
    expect(look(reference).text).toContain("Your message has arrived");
  });

  test("keeps an address only where a ban of that address is contested", () => {
    const { refuse, send, read } = setUp();
    const [own, from] = [refuse("ban.address"), refuse("ban.address")];
    send(own.reference, "please");
    send(from.reference, "please", { client: "198.51.100.1" });
    expect(read(own.requestId)).toMatchObject({ sameAddress: true, address: "192.0.2.7" });
    expect(read(from.requestId)).toMatchObject({ sameAddress: false, address: null });
  });

  test("is not taken late, empty, too long, or from another site", () => {
    const { refuse, look, send, read } = setUp();
    const { reference, requestId } = refuse();
    const late = NOW + 31 * 86_400_000;
    expect(look(reference, { time: late }).status).toBe(410);
    expect(send(reference, "late", { time: late }).status).toBe(303);
    expect(send(reference, " \n ").status).toBe(400);
    expect(send(reference, "x".repeat(2001)).status).toBe(400);
    const foreign = ["Accept", "text/html", "Sec-Fetch-Site", "cross-site"];
    expect(send(reference, "forged", { headers: foreign }).status).toBe(404);
    expect(send(`${reference}x`, "forged").status).toBe(404);
    expect(() => read(requestId)).toThrow();
    // What a browser's maxlength lets pass is taken, whatever its bytes are.
    expect(send(reference, "漢".repeat(2000)).status).toBe(303);
    expect(read(requestId).text.length).toBe(2000);
  });

  test("is limited by neighbourhood, for looking and for writing", () => {
    const { refuse, look, send } = setUp();
    const statuses = Array.from({ length: 12 }, () => send(refuse().reference, "x").status);
    expect(statuses.filter((status) => status === 303).length).toBe(10);
    expect(statuses.at(-1)).toBe(429);
    const { reference } = refuse();
    const looks = Array.from({ length: 32 }, () => look(reference).status);
    expect(looks.filter((status) => status === 200).length).toBe(30);
    expect(look(reference, { client: "203.0.113.9" }).status).toBe(200);
  });
});

test("the key that signs is published", () => {
  const { desk, ask } = setUp();
  const { keys } = JSON.parse(ask("/.well-known/egide/keys").text);
  expect(keys).toEqual([
    {
      kty: "OKP",
      crv: "Ed25519",
      use: "sig",
      alg: "EdDSA",
      kid: desk.key.id,
      x: desk.key.publicText,
    },
  ]);
});
