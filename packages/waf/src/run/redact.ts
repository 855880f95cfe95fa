import type { Item } from "#run/item.ts";
import type { State } from "#run/state.ts";

const secretHeaders =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-csrf-token)$/;
const secretNames =
  /pass(?:wd|word|phrase)?|pwd|secret|token|api[-_]?key|credential|authorization|sess(?:ion)?[-_]?(?:id|key)|card[-_]?n|cvv|cvc|iban|ssn/i;
/** `password=…`, `"password": "…"` and the like inside a body, a query or a header. */
const secretPairs =
  /((?:pass(?:wd|word|phrase)?|pwd|secret|token|api[-_]?key|credential|authorization|sess(?:ion)?[-_]?id|sid)[\w.[\]-]{0,40}["']?\s{0,4}[=:]\s{0,4}["']?)[^&"'\s,;<>]{1,4000}/gi;

/** Keeps secrets out of records: passwords, cookies, authorization, and what rules say to sanitise. */
export class Redactor {
  readonly #args = new Set<string>();
  readonly #requestHeaders = new Set<string>();
  readonly #responseHeaders = new Set<string>();
  #matched = false;

  hide(what: "arg" | "requestHeader" | "responseHeader" | "matched", name: string): void {
    if (what === "matched") this.#matched = true;
    else if (what === "arg") this.#args.add(name);
    else if (what === "requestHeader") this.#requestHeaders.add(name);
    else this.#responseHeaders.add(name);
  }

  /** What stands in place of a secret. */
  static mark(value: string): string {
    return `[redacted, ${value.length} bytes]`;
  }

  isSecret(item: Item): boolean {
    if (this.#matched) return true;
    switch (item.variable) {
      case "REQUEST_COOKIES":
      case "SESSIONID":
        return true;
      case "REQUEST_HEADERS":
        return secretHeaders.test(item.lower) || this.#requestHeaders.has(item.lower);
      case "RESPONSE_HEADERS":
        return secretHeaders.test(item.lower) || this.#responseHeaders.has(item.lower);
      case "ARGS":
      case "ARGS_GET":
      case "ARGS_POST":
        return secretNames.test(item.key) || this.#args.has(item.lower);
      case "MATCHED_VAR":
      case "MATCHED_VARS":
      case "TX":
        return secretNames.test(item.key);
      default:
        return false;
    }
  }

  /** Takes secrets out of a text that may hold pairs, and the values of secret cookies and headers. */
  clean(text: string, state: State): string {
    let out = text.length > 8192 ? text.slice(0, 8192) : text;
    for (const item of this.#secrets(state)) {
      if (item.value.length >= 4 && out.includes(item.value)) {
        out = out.replaceAll(item.value, Redactor.mark(item.value));
      }
    }
    return out.replace(secretPairs, (_all, start: string) => `${start}[redacted]`);
  }

  *#secrets(state: State): Iterable<Item> {
    for (const variable of ["REQUEST_COOKIES", "REQUEST_HEADERS", "ARGS"] as const) {
      for (const item of state.items(variable)) if (this.isSecret(item)) yield item;
    }
  }
}
