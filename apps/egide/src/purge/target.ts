import { normaliseHostPattern } from "@egide/contract/policy/host.ts";
import type { PurgeTarget } from "@egide/edge/cache/purge.ts";

export type Read =
  | { readonly ok: true; readonly target: PurgeTarget }
  | { readonly ok: false; readonly problem: string };

/** Reads the value of `--url`, `--prefix`, `--tag` or `--host`. */
export function readTarget(kind: "url" | "prefix" | "tag" | "host", value: string): Read {
  switch (kind) {
    case "url": {
      const url = readUrl(value);
      return url === null ? problem(notUrl(value)) : { ok: true, target: { kind, url } };
    }
    case "prefix": {
      const prefix = readUrl(value);
      return prefix === null ? problem(notUrl(value)) : { ok: true, target: { kind, prefix } };
    }
    case "tag": {
      const tag = value.trim().toLowerCase();
      // Cache-Tag is a list: a comma parts tags.
      if (!/^[\x20-\x2b\x2d-\x7e]+$/.test(tag)) {
        return problem("not a tag: printable ASCII without commas; repeat --tag for several");
      }
      return { ok: true, target: { kind, tag } };
    }
    case "host": {
      const host = readHost(value);
      if (host === null) {
        return problem(
          `not a host: ${JSON.stringify(value)}; write example.org or example.org:8443 (--all takes the whole zone)`,
        );
      }
      return { ok: true, target: { kind, host } };
    }
  }
}

/** The option that names a target, with its value: what people are told. */
export function describeTarget(target: PurgeTarget): string {
  switch (target.kind) {
    case "url":
      return `url ${target.url}`;
    case "prefix":
      return `prefix ${target.prefix}`;
    case "tag":
      return `tag ${target.tag}`;
    case "host":
      return `host ${target.host}`;
    case "all":
      return "everything";
  }
}

/**
 * Scheme and host in their one spelling, the path and the query as they were written: the cache takes
 * no two spellings of a path for one. What could not stand in a request is percent-encoded.
 */
function readUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const written = /^https?:\/\/[^/?#\\]+([^#\\]*)(?:#|$)/i.exec(text);
  if (written === null || url.username !== "" || url.password !== "") return null;
  const rest = written[1] as string;
  const target = /^[\x21-\x7e]*$/.test(rest) ? rest : url.pathname + url.search;
  return `${url.protocol}//${withoutDot(url)}${target.startsWith("/") ? "" : "/"}${target}`;
}

function withoutDot({ hostname, port }: URL): string {
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  return port === "" ? name : `${name}:${port}`;
}

function readHost(text: string): string | null {
  const match = /^([^*]{1,255}?)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  const name = match === null ? null : normaliseHostPattern(match[1] as string);
  if (name === null) return null;
  return match?.[2] === undefined ? name : `${name}:${match[2]}`;
}

function notUrl(value: string): string {
  return `not a URL: ${JSON.stringify(value)}; write it whole, like https://example.org/news`;
}

function problem(text: string): Read {
  return { ok: false, problem: text };
}
