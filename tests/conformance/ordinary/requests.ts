import type { Random } from "@egide/waf/fuzz/inputs.ts";
import { markdown, post, prose, richText, title, words } from "./text.ts";
import { names, passwords, places, queries, sentences } from "./words.ts";

/** An ordinary request; text is bytes, one char a byte. */
export interface OrdinaryRequest {
  readonly kind: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

interface Draft {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly multipart?: readonly Part[];
  readonly headers?: Readonly<Record<string, string>>;
}

interface Part {
  readonly name: string;
  readonly file?: string;
  readonly type?: string;
  readonly text: string;
}

type Kind = (random: Random) => Draft;

const word = (random: Random): string => encodeURIComponent(words(random, 1));
const name = (random: Random): string => random.pick(names);
const [first, last] = [
  (random: Random): string => name(random).split(" ")[0] as string,
  (random: Random): string => name(random).split(" ").at(-1) as string,
];
const mail = (random: Random): string => `user${random.below(9999)}+tag@example.org`;
const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random.below(16).toString(16)).join("");

/** What sites are used for; each kind as often as the others. */
const kinds: Readonly<Record<string, Kind>> = {
  page: (random) => ({
    path: random.pick([
      "/",
      "/news/",
      `/${word(random)}/${word(random)}.html`,
      "/l'%C3%A9t%C3%A9/",
      "/a/b-c_d/index.php",
    ]),
    query: random.pick<Record<string, string>>([
      {},
      { page: String(random.below(40)) },
      { id: String(random.below(99_999)), lang: "fr" },
      { sort: "-date", "filter[status]": "open", "fields[]": "name" },
    ]),
  }),
  campaign: (random) => ({
    path: "/landing",
    query: {
      utm_source: random.pick(["newsletter", "google", "partner's site"]),
      utm_medium: "e-mail",
      utm_campaign: `${words(random, 2)} -20% & more`,
      utm_term: random.pick(queries),
      utm_content: title(random),
      gclid: `Cj0KCQiA${hex(random, 40)}_wcB`,
      fbclid: `IwAR${hex(random, 50)}`,
    },
  }),
  search: (random) => ({
    path: random.pick(["/search", "/recherche", "/index.php"]),
    query: {
      q:
        random.below(3) === 0
          ? random.pick(queries)
          : random.pick([title(random), name(random), random.pick(places)]),
    },
  }),
  asset: (random) => ({
    path: random.pick([
      `/assets/app.${hex(random, 8)}.js`,
      `/img/photo%20(${random.below(20)}).jpg`,
      "/fonts/a.woff2",
      "/wp-includes/js/jquery/jquery.min.js",
      `/a_${random.below(9)}.min.css`,
    ]),
    query: { ver: `6.${random.below(9)}.${random.below(9)}` },
  }),
  login: (random) => ({
    path: "/login",
    form: {
      username: random.pick([mail(random), name(random)]),
      password: random.pick(passwords),
      remember: "1",
      csrf_token: hex(random, 40),
      redirect_to: "/account?tab=orders",
    },
  }),
  register: (random) => ({
    path: "/register",
    form: {
      first_name: first(random),
      last_name: last(random),
      email: mail(random),
      password: random.pick(passwords),
      terms: "on",
    },
  }),
  address: (random) => ({
    path: "/checkout/address",
    form: {
      "billing[name]": name(random),
      "billing[street]": random.pick(places),
      "billing[city]": random.pick(places),
      "billing[zip]": String(10_000 + random.below(89_999)),
      "billing[phone]": "+33 (0)1 23 45 67 89",
      "billing[company]": name(random),
      note: random.pick(sentences),
    },
  }),
  contact: (random) => ({
    path: "/contact",
    form: {
      name: name(random),
      email: mail(random),
      subject: title(random),
      message: prose(random, 2 + random.below(6)),
    },
  }),
  comment: (random) => ({
    path: "/wp-comments-post.php",
    form: {
      author: name(random),
      email: mail(random),
      url: random.pick(["", "https://example.org/~me/?x=1"]),
      comment: prose(random, 1 + random.below(3)),
      comment_post_ID: String(random.below(999)),
      comment_parent: "0",
    },
  }),
  forumPost: (random) => ({
    path: "/posting.php",
    query: { mode: "reply", f: "2", t: String(random.below(999)) },
    form: {
      subject: `Re: ${title(random)}`,
      message: post(random),
      post: "Submit",
      form_token: hex(random, 40),
    },
  }),
  forumTalk: (random) => ({
    path: "/posts",
    form: {
      raw: markdown(random),
      title: title(random),
      "tags[]": words(random, 1),
      archetype: "regular",
      typing_duration_msecs: "5300",
    },
  }),
  wiki: (random) => ({
    path: "/wiki/edit",
    form: {
      text: `== ${title(random)} ==\n${markdown(random)}\n{{Infobox|name=${name(random)}}}\n[[${words(random, 1)}|${words(random, 1)}]]`,
      summary: random.pick(sentences),
      token: `${hex(random, 32)}+\\`,
    },
  }),
  editor: (random) => ({
    path: "/admin/pages/save",
    form: { title: title(random), body: richText(random), slug: `${word(random)}-${word(random)}` },
  }),
  profile: (random) => ({
    path: "/account/profile",
    form: {
      display_name: name(random),
      bio: random.pick([random.pick(sentences), prose(random, 2)]),
      website: "https://example.org/me",
      birthday: "1990-02-28",
      signature: `-- \n${name(random)} | ${random.pick(places)}`,
    },
  }),
  jsonPost: (random) => ({
    path: "/api/v1/notes",
    json: {
      title: title(random),
      content: random.pick([markdown(random), prose(random, 3)]),
      tags: [words(random, 1), words(random, 1)],
      author: { name: name(random), id: random.below(999) },
      published: true,
      at: "2026-11-22T04:00:00Z",
      rating: 4.5,
      parent: null,
    },
  }),
  jsonCode: (random) => ({
    path: "/api/v4/projects/1/issues",
    json: { title: title(random), description: post(random), labels: "bug,help wanted" },
  }),
  graphql: (random) => ({
    path: "/graphql",
    json: {
      operationName: "Items",
      query:
        "query Items($first: Int!, $q: String) { items(first: $first, where: {name_contains: $q}, orderBy: [created_DESC]) { id name ... on Book { author { name } } } }",
      variables: { first: 10, q: random.pick(queries) },
    },
  }),
  apiGet: (random) => ({
    path: `/api/v1/items/${random.below(9999)}`,
    query: {
      "filter[name]": name(random),
      include: "author,comments.author",
      sort: "-created,title",
      "page[size]": "20",
      fields: "id,name",
    },
    headers: {
      Authorization: `Bearer eyJhbGciOiJIUzI1NiJ9.${hex(random, 60)}.${hex(random, 43)}`,
      Accept: "application/json",
    },
  }),
  apiPut: (random) => ({
    method: "PUT",
    path: `/api/v1/items/${random.below(9999)}`,
    json: [
      { op: "replace", path: "/name", value: name(random) },
      { op: "add", path: "/tags/-", value: words(random, 2) },
    ],
  }),
  upload: (random) => ({
    path: "/upload",
    multipart: [
      { name: "description", text: random.pick(sentences) },
      {
        name: "file",
        file: random.pick([
          "photo.jpg",
          "l'été à la mer (1).png",
          "O'Brien CV.pdf",
          "data;v2.csv",
          "report & notes.docx",
        ]),
        type: "image/png",
        text: `\x89PNG\r\n\x1a\n${Array.from({ length: 400 }, () => String.fromCharCode(random.below(256))).join("")}`,
      },
    ],
  }),
  formWithFile: (random) => ({
    path: "/ticket/new",
    multipart: [
      { name: "subject", text: title(random) },
      { name: "body", text: random.pick([post(random), prose(random, 3)]) },
      { name: "log", file: "error.log", type: "text/plain", text: post(random) },
    ],
  }),
  oauth: (random) => ({
    path: "/oauth/authorize",
    query: {
      response_type: "code",
      client_id: hex(random, 20),
      redirect_uri: random.pick([
        "https://app.example.org/callback?x=1",
        "http://localhost:3000/callback",
        "com.example.app:/oauth",
      ]),
      scope: "openid profile e-mail",
      state: hex(random, 32),
      code_challenge: `${hex(random, 42)}-_`,
      code_challenge_method: "S256",
    },
  }),
  beacon: (random) => ({
    path: "/collect",
    query: {
      v: "2",
      tid: "G-ABC123",
      dl: `https://example.org/?q=${random.pick(queries)}`,
      dt: title(random),
      sr: "1920x1080",
      _p: String(random.below(1e6)),
      ep: `click > a.button[href="/x"]`,
    },
  }),
  survey: (random) => ({
    path: "/survey/submit",
    form: Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `answers[${i}][text]`,
        random.pick([random.pick(sentences), words(random, 4), "yes / no", "n/a", ""]),
      ]),
    ),
  }),
  chat: (random) => ({
    path: "/chat/send",
    json: {
      room: hex(random, 8),
      text: random.pick([
        random.pick(sentences),
        post(random),
        random.pick(queries),
        "👍 ok!",
        "brb ;)",
      ]),
      ts: random.below(1e9),
    },
  }),
  shop: (random) => ({
    path: "/products",
    query: {
      category: words(random, 2),
      min: "10",
      max: "50",
      color: "red,blue",
      size: "4'' x 6''",
      brand: name(random),
      order: "price asc",
    },
  }),
};

const agents = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "FreshRSS/1.26.0 (Linux; https://freshrss.org)",
  "curl/8.14.1",
  "python-requests/2.32.3",
];

/** The `index`-th of a never-ending series of ordinary requests. */
export function ordinaryRequest(random: Random, index: number): OrdinaryRequest {
  const entries = Object.entries(kinds);
  const [kind, make] = entries[index % entries.length] as [string, Kind];
  const draft = make(random);
  const { type, body } = bodyOf(draft, random);
  const query = draft.query === undefined ? "" : new URLSearchParams(draft.query).toString();
  const headers = [
    "Host",
    "www.example.org",
    "User-Agent",
    random.pick(agents),
    "Accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Accept-Language",
    "fr-FR,fr;q=0.9,en;q=0.8",
    "Accept-Encoding",
    "gzip, deflate, br, zstd",
    "Cookie",
    cookies(random),
  ];
  if (random.below(2) === 0) {
    const from = encodeURIComponent(random.pick(queries));
    headers.push(
      "Referer",
      random.pick([
        "https://www.example.org/",
        `https://www.google.com/search?q=${from}`,
        `https://www.example.org/l'%C3%A9t%C3%A9?x=${from}#top`,
      ]),
    );
  }
  for (const [name, value] of Object.entries(draft.headers ?? {})) headers.push(name, value);
  if (type !== "") headers.push("Content-Type", type, "Content-Length", String(body.length));
  return {
    kind,
    method: draft.method ?? (type === "" ? "GET" : "POST"),
    target: query === "" ? draft.path : `${draft.path}?${query}`,
    headers,
    body,
  };
}

function cookies(random: Random): string {
  const all = [
    `session=${hex(random, 32)}`,
    `_ga=GA1.1.${random.below(1e9)}.${random.below(1e9)}`,
    `_ga_${hex(random, 8).toUpperCase()}=GS2.1.s17$o1$g0$t17$j60$l0$h0`,
    `_pk_id.1.1fff=${hex(random, 16)}.1700000000.`,
    `cookieconsent=${encodeURIComponent('{"necessary":true,"stats":false}')}`,
    "wp-settings-1=libraryContent%3Dbrowse%26editor%3Dtinymce",
    `prefs=lang:fr|theme:dark|q:${encodeURIComponent(random.pick(queries))}`,
    `last=${encodeURIComponent(random.pick(names))}`,
    "_fbp=fb.1.1700000000000.123456789",
    `utm=${encodeURIComponent("(direct)|(none)")}`,
  ];
  return all.filter(() => random.below(2) === 0).join("; ") || "a=1";
}

function bodyOf({ form, json, multipart }: Draft, random: Random): { type: string; body: string } {
  if (form !== undefined) {
    return {
      type: "application/x-www-form-urlencoded",
      body: new URLSearchParams(form).toString(),
    };
  }
  if (json !== undefined) return { type: "application/json", body: utf8(JSON.stringify(json)) };
  if (multipart === undefined) return { type: "", body: "" };
  const boundary = `----WebKitFormBoundary${hex(random, 16)}`;
  const parts = multipart.map(({ name, file, type, text }) => {
    const named = file === undefined ? "" : `; filename="${utf8(file)}"`;
    const kind = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    const content = type === "image/png" ? text : utf8(text);
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n${kind}\r\n${content}\r\n`;
  });
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join("")}--${boundary}--\r\n`,
  };
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
