import { HOST } from "../site.ts";
import type { Person, Target } from "./person.ts";

export interface Outcome {
  readonly status: number;
  /** Where the post stands; null where it was refused. */
  readonly location: string | null;
  readonly milliseconds: number;
  /** What the page said of a refusal. */
  readonly refusal: string | null;
}

export interface Writing {
  readonly target: Target;
  readonly opens: boolean;
  readonly text: string;
  readonly picture: Blob | null;
}

/** Sends the form of the page as a browser does: every field, filled in or not. */
export async function sendForm(url: string, person: Person, writing: Writing): Promise<Outcome> {
  const { target, opens, text, picture } = writing;
  const form = new FormData();
  form.set("_csrf", person.token);
  if (!opens) form.set("thread", String(target.no));
  form.set("name", "");
  form.set("subject", opens ? text.slice(0, 30) : "");
  form.set("text", text);
  form.set("files", picture ?? new Blob([]), picture === null ? "" : "picture.jpg");
  form.set("password", "");
  const from = performance.now();
  const response = await fetch(`${url}/${target.uri}/post`, {
    method: "POST",
    body: form,
    redirect: "manual",
    headers: {
      host: HOST,
      cookie: person.cookie,
      origin: `http://${HOST}`,
      "sec-fetch-site": "same-origin",
      "x-forwarded-for": person.address,
      accept: "text/html",
    },
  });
  const page = await response.text();
  const milliseconds = performance.now() - from;
  const { status } = response;
  if (status === 303) {
    return { status, location: response.headers.get("location"), milliseconds, refusal: null };
  }
  const said = /role="alert">(?:<strong>[^<]*<\/strong>)?(?:<p>)?([^<]*)/.exec(page)?.[1];
  return { status, location: null, milliseconds, refusal: said ?? `status ${status}` };
}
