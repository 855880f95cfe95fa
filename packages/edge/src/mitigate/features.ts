import { quote } from "@egide/expr/print.ts";
import { PROBED } from "#mitigate/fields.ts";

interface Feature {
  readonly name: string;
  /** The condition in the rules language that holds for requests with this value. */
  readonly expression: (value: string) => string;
}

const is =
  (field: string) =>
  (value: string): string =>
    `${field} eq ${quote(value)}`;

/**
 * What requests are compared by. Each can be said in the rules language, so that whatever the search
 * finds can be read, tried and lifted by a person. The order is that of `Observation.features`.
 */
export const FEATURES = [
  { name: "address", expression: (value) => `ip.src eq ${value}` },
  { name: "network", expression: (value) => `ip.src in {${value}}` },
  { name: "asn", expression: (value) => `ip.src.asnum eq ${value}` },
  { name: "country", expression: is("ip.src.country") },
  { name: "method", expression: is("http.request.method") },
  { name: "path", expression: is("http.request.uri.path") },
  { name: "section", expression: (value) => `starts_with(http.request.uri.path, ${quote(value)})` },
  {
    name: "query",
    expression: (value) => `http.request.uri.query ${value === "" ? "eq" : "ne"} ""`,
  },
  {
    name: "argument",
    expression: (value) => `any(http.request.uri.args.names[*] eq ${quote(value)})`,
  },
  { name: "agent", expression: is("http.user_agent") },
  { name: "headers", expression: is("egide.header_order") },
  { name: "ja4", expression: is("cf.bot_management.ja4") },
  { name: "version", expression: is("http.request.version") },
  { name: "cookie", expression: (value) => `http.cookie ${value === "" ? "eq" : "ne"} ""` },
  { name: "kind", expression: is("egide.kind") },
  { name: "cleared", expression: (value) => `${value === "" ? "not " : ""}egide.challenge_passed` },
  { name: "probed", expression: (value) => `${value === "" ? "not " : ""}${PROBED}` },
  { name: "referer", expression: (value) => `http.referer ${value === "" ? "eq" : "ne"} ""` },
] as const satisfies readonly Feature[];

export type FeatureName = (typeof FEATURES)[number]["name"];

/** Where a feature stands in `Observation.features`. */
export const PLACE = Object.fromEntries(
  FEATURES.map(({ name }, place) => [name, place]),
) as Readonly<Record<FeatureName, number>>;
