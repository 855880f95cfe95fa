import type { RuleSet } from "@egide/waf/rule-set.ts";
import type { Outcome } from "@egide/waf/run/outcome.ts";
import type { Overlay } from "@egide/waf/run/overlay.ts";

/** A request as a test writes it: text is UTF-8, what is not said is a browser's. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form, sent in the body. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** A body as it is, with its media type. */
  readonly body?: string;
  readonly type?: string;
  readonly paranoia?: number;
  readonly overlay?: Overlay;
}

const BROWSER = {
  Host: "example.org",
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Accept-Language": "fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
};

/** What the rules make of a request, in detection mode: everything that matches is told. */
export function ask(rules: RuleSet, asked: Asked): Outcome {
  const { type, body } = bodyOf(asked);
  const level = String(asked.paranoia ?? 1);
  const transaction = rules.begin({
    mode: "detect",
    remoteAddress: "192.0.2.1",
    budgetMs: 10_000,
    variables: { blocking_paranoia_level: level, detection_paranoia_level: level },
    ...(asked.overlay === undefined ? {} : { overlay: asked.overlay }),
  });
  const headers: string[] = [];
  const add = (name: string, value: string): void => void headers.push(name, bytes(value));
  for (const [name, value] of Object.entries({ ...BROWSER, ...asked.headers })) add(name, value);
  if (type !== "") add("Content-Type", type);
  const method = asked.method ?? (type === "" ? "GET" : "POST");
  transaction.requestLine(method, bytes(asked.target ?? "/"), "HTTP/1.1");
  transaction.requestHeaders(headers);
  if (type !== "") transaction.requestBody(bytes(body));
  transaction.requestEnd();
  return transaction.finish();
}

function bodyOf(asked: Asked): { type: string; body: string } {
  if (asked.form !== undefined) {
    const body = new URLSearchParams({ ...asked.form }).toString();
    return { type: "application/x-www-form-urlencoded", body };
  }
  if (asked.json !== undefined) {
    return { type: "application/json", body: JSON.stringify(asked.json) };
  }
  return { type: asked.type ?? "", body: asked.body ?? "" };
}

/** UTF-8, one char a byte. */
function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
