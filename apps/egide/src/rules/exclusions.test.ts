import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { READY_EXCLUSIONS, wafSchema } from "@egide/contract/policy/waf.ts";
import { RuleEngine } from "#rules/engine.ts";
import type { RawRequest } from "#rules/raw-request.ts";
import { placesOf, readSources } from "#rules/source.ts";

const places = placesOf("/nowhere");
const own = readSources("own", places, "/");
/** Debian's Core Rule Set, where it is installed. */
const crs = existsSync(places.system) ? readSources("crs", places, "/") : null;
const engineFor = (
  exclusions: readonly (typeof READY_EXCLUSIONS)[number][],
  sources = own,
): RuleEngine => {
  const waf = wafSchema.parse({ mode: "block", exclusions });
  return new RuleEngine(sources, { ...waf, detectionParanoia: 1 });
};
const bare = engineFor([]);

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string;
  readonly type?: string;
  readonly cookie?: string;
}

function request({ method, path, form, json, body, type, cookie }: Sent): RawRequest {
  const headers = ["Host", "example.org", "User-Agent", "Mozilla/5.0"];
  if (cookie !== undefined) headers.push("Cookie", cookie);
  const [media, text] =
    form !== undefined
      ? ["application/x-www-form-urlencoded", new URLSearchParams({ ...form }).toString()]
      : json !== undefined
        ? ["application/json", Buffer.from(JSON.stringify(json)).toString("latin1")]
        : [type ?? "", body ?? ""];
  if (media !== "") headers.push("Content-Type", media, "Content-Length", String(text.length));
  return {
    method: method ?? (media === "" ? "GET" : "POST"),
    target: path,
    protocol: "HTTP/1.1",
    headers,
    body: text,
    client: "192.0.2.1",
  };
}

const CODE =
  "Try this:\n<script>alert(document.cookie)</script>\n<img src=x onerror=alert(1)>\n<?php system($_GET['c']); ?>";
const PASSWORD = "' or 1=1--<script>";

/** Requests as the programs make them, with content that only its free text explains. */
const honest: Readonly<Record<(typeof READY_EXCLUSIONS)[number], readonly Sent[]>> = {
  wordpress: [
    {
      path: "/wp-admin/post.php",
      form: { action: "editpost", post_ID: "7", post_title: "T", content: CODE },
    },
    { path: "/blog/wp-admin/post.php", form: { content: CODE, excerpt: CODE } },
    {
      path: "/wp-json/wp/v2/posts/7?_locale=user",
      json: { id: 7, title: "T", content: CODE, excerpt: CODE },
    },
    {
      path: "/wp-json/batch/v1",
      json: { requests: [{ path: "/wp/v2/posts/7", body: { content: CODE } }] },
    },
    {
      path: "/wp-admin/admin-ajax.php",
      form: { action: "heartbeat", "data[wp_autosave][content]": CODE },
    },
    {
      path: "/wp-comments-post.php",
      form: { author: "A", comment: "<?php system($_GET['c']); ?> is bad", comment_post_ID: "7" },
    },
    { path: "/wp-login.php", form: { log: "admin", pwd: PASSWORD, "wp-submit": "Log In" } },
    { path: "/wp-admin/theme-editor.php", form: { newcontent: CODE, file: "style.css" } },
    { path: "/wp-admin/options.php", form: { option_page: "general", blogname: "It's <script>" } },
  ],
  nextcloud: [
    { method: "PROPFIND", path: "/remote.php/dav/files/anna/.git/config" },
    {
      method: "PUT",
      path: "/remote.php/dav/files/anna/.env",
      type: "application/octet-stream",
      body: "A=1",
    },
    {
      method: "PUT",
      path: "/remote.php/dav/files/anna/notes/wp-config.php.bak",
      type: "text/plain",
      body: CODE,
    },
    {
      method: "PUT",
      path: "/remote.php/dav/files/anna/half.json",
      type: "application/json",
      body: '{"a": ',
    },
    { method: "PUT", path: "/nextcloud/remote.php/dav/files/anna/x.json", json: { code: CODE } },
    {
      method: "SEARCH",
      path: "/remote.php/dav/",
      type: "text/xml",
      body: "<d:searchrequest xmlns:d='DAV:'><d:literal>' or 1=1--</d:literal></d:searchrequest>",
    },
    { path: "/apps/text/session/7/push", json: { steps: [{ text: CODE }] } },
    {
      method: "PUT",
      path: "/index.php/apps/notes/api/v1/notes/3",
      json: { title: "T", content: CODE },
    },
    { path: "/ocs/v2.php/apps/spreed/api/v1/chat/abc", json: { message: CODE } },
    { path: "/index.php/apps/mail/api/outbox", json: { subject: "S", bodyHtml: CODE } },
    { path: "/login", form: { user: "anna", password: PASSWORD } },
    { path: "/ocs/v2.php/search/providers/files/search?term=%3B%20cat%20/etc/passwd" },
  ],
  phpbb: [
    { path: "/posting.php?mode=reply&t=7", form: { subject: "Re", message: CODE, post: "Submit" } },
    {
      path: "/forum/posting.php?mode=post&f=2",
      form: { subject: "<script>", message: `[code]${CODE}[/code]` },
    },
    { path: "/ucp.php?i=pm&mode=compose", form: { subject: "S", message: CODE } },
    { path: "/ucp.php?i=profile&mode=signature", form: { signature: CODE } },
    {
      path: "/ucp.php?mode=login",
      form: { username: "anna", password: PASSWORD, redirect: "./../../index.php" },
    },
    { path: "/search.php?keywords=%3B+cat+/etc/passwd" },
    {
      path: "/adm/index.php?i=acp_bbcodes",
      form: { bbcode_match: "[x]{TEXT}[/x]", bbcode_tpl: '<iframe srcdoc="{TEXT}">' },
    },
    { path: "/mcp.php?i=warn", form: { warning: "You wrote ; cat /etc/passwd" } },
  ],
  discourse: [
    { path: "/posts", form: { raw: CODE, title: "T", category: "1" } },
    { method: "PUT", path: "/posts/77", form: { "post[raw]": CODE, "post[raw_old]": CODE } },
    { path: "/drafts.json", form: { draft_key: "topic_7", data: JSON.stringify({ reply: CODE }) } },
    { path: "/chat/4", form: { message: CODE } },
    { path: "/session", form: { login: "anna", password: PASSWORD } },
    { method: "PUT", path: "/u/anna.json", form: { bio_raw: CODE } },
    { path: "/search/query?term=%27%20or%201%3D1--" },
    {
      path: "/message-bus/ab12/poll",
      form: { "/topic/7": "1", "/__status": "-1", "/x/../../../etc": "2" },
    },
    { path: "/community/posts", form: { raw: CODE } },
  ],
};

describe.each(READY_EXCLUSIONS.map((name) => [name] as const))("%s", (name) => {
  const engine = engineFor([name]);

  test.each(honest[name].map((sent) => [JSON.stringify(sent), sent] as const))(
    "passes: %s",
    (_text, sent) => {
      const outcome = engine.judge(request(sent));
      expect(outcome?.wouldBlock).toBeUndefined();
      expect(outcome?.matches.map(({ ruleId, variable }) => [ruleId, variable])).toEqual([]);
    },
  );

  test.skipIf(crs === null)("passes the Core Rule Set too, where Debian's is installed", () => {
    const strict = engineFor([name], crs ?? own);
    for (const sent of honest[name]) {
      const decided = strict.judge(request(sent))?.wouldBlock;
      expect([sent, decided]).toEqual([sent, undefined]);
    }
  });

  test("without the list most of these would be blocked", () => {
    const blocked = honest[name].filter(
      (sent) => bare.judge(request(sent))?.wouldBlock !== undefined,
    );
    expect(blocked.length).toBeGreaterThanOrEqual(honest[name].length * 0.6);
  });

  test("attacks elsewhere are still found", () => {
    const first = honest[name].find(({ form }) => form !== undefined) as Sent;
    const field = Object.keys(first.form ?? { content: "" }).find(
      (key) => first.form?.[key] === CODE,
    );
    const elsewhere: readonly Sent[] = [
      // The same field on another path, another field on the same path.
      { path: "/index.php", form: { [field ?? "message"]: CODE } },
      { path: first.path, form: { id: "1' or '1'='1" } },
      ...honest[name]
        .filter(({ form }) => form !== undefined)
        .map(({ path }) => ({ path, form: { other: CODE } })),
      { path: "/?q=<script>alert(1)</script>" },
      { path: "/.env" },
      { path: "/?file=../../../../etc/passwd" },
      { path: "/?redirect=';drop+table+users--" },
      { path: "/", cookie: "id=1' or '1'='1" },
      { path: "/", type: "application/json", body: '{"half": ' },
    ];
    for (const sent of elsewhere) {
      expect([sent, engine.judge(request(sent))?.wouldBlock !== undefined]).toEqual([sent, true]);
    }
  });
});
