import type { Random } from "@egide/waf/fuzz/inputs.ts";
import { markdown, post, prose, richText, title, words } from "./text.ts";
import { names, passwords, places, queries, sentences } from "./words.ts";

/** A request before it is written out. */
export interface Draft {
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

export type Kind = (random: Random) => Draft;

const word = (random: Random): string => encodeURIComponent(words(random, 1));
const name = (random: Random): string => random.pick(names);
const [first, last] = [
  (random: Random): string => name(random).split(" ")[0] as string,
  (random: Random): string => name(random).split(" ").at(-1) as string,
];
const mail = (random: Random): string => `user${random.below(9999)}+tag@example.org`;
export const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random.below(16).toString(16)).join("");

/** What sites are used for; each kind as often as the others. */
export const kinds: Readonly<Record<string, Kind>> = {
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
