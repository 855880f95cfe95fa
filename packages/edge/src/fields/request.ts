import type { Field } from "@egide/expr/scheme.ts";
import { arrayOf, BOOL, INT, mapOf, STRING } from "@egide/expr/type.ts";
import { acceptedLanguages } from "#fields/headers.ts";
import { extensionOf } from "#fields/query.ts";
import type { RequestView, TargetView } from "#fields/view.ts";

type RequestField = Field<RequestView>;

const STRINGS = arrayOf(STRING);
const STRINGS_BY_NAME = mapOf(STRINGS);
const VERSIONS = { 10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2", 30: "HTTP/3" } as const;

/** The target's fields: once as rewrites left it, once (`raw.`) as it was sent. */
function uriFields(prefix: string, of: (view: RequestView) => TargetView): RequestField[] {
  const as = prefix === "" ? "" : " As the visitor sent it, whatever was rewritten.";
  return [
    {
      name: `${prefix}http.request.full_uri`,
      type: STRING,
      read: (view) => {
        const { scheme } = view.facts.exchange.head;
        return `${scheme}://${view.facts.authority}${of(view).target}`;
      },
      about: `Scheme, host, path and query.${as}`,
    },
    {
      name: `${prefix}http.request.uri`,
      type: STRING,
      read: (view) => of(view).target,
      about: `Path and query.${as}`,
    },
    {
      name: `${prefix}http.request.uri.path`,
      type: STRING,
      read: (view) => of(view).path,
      about: `The path.${as}`,
    },
    {
      name: `${prefix}http.request.uri.path.extension`,
      type: STRING,
      read: (view) => extensionOf(of(view).path),
      about: `What follows the last dot of the path's last segment, in lower case.${as}`,
    },
    {
      name: `${prefix}http.request.uri.query`,
      type: STRING,
      read: (view) => of(view).query,
      about: `The query without its question mark.${as}`,
    },
    {
      name: `${prefix}http.request.uri.args`,
      type: STRINGS_BY_NAME,
      read: (view) => of(view).args.map,
      about: `Parameters of the query by name, not decoded.${as}`,
    },
    {
      name: `${prefix}http.request.uri.args.names`,
      type: STRINGS,
      read: (view) => of(view).args.names,
      about: `Names of the query's parameters, in order, not decoded.${as}`,
    },
    {
      name: `${prefix}http.request.uri.args.values`,
      type: STRINGS,
      read: (view) => of(view).args.values,
      about: `Values of the query's parameters, in order, not decoded.${as}`,
    },
  ];
}

export const REQUEST_FIELDS: readonly RequestField[] = [
  {
    name: "http.host",
    type: STRING,
    read: (view) => view.facts.host,
    about: "The host that is asked for, in lower case, without port.",
  },
  {
    name: "http.request.method",
    type: STRING,
    read: (view) => view.facts.exchange.head.method,
    about: "The method, as it was sent: upper case for all that are registered.",
  },
  {
    name: "http.request.version",
    type: STRING,
    read: (view) => VERSIONS[view.facts.exchange.head.version],
    about: "HTTP/1.0, HTTP/1.1, HTTP/2 or HTTP/3.",
  },
  ...uriFields("", (view) => view.uri),
  ...uriFields("raw.", (view) => view.raw),
  {
    name: "http.user_agent",
    type: STRING,
    read: (view) => view.field("user-agent"),
    about: "User-Agent, empty where there is none.",
  },
  {
    name: "http.referer",
    type: STRING,
    read: (view) => view.field("referer"),
    about: "Referer, empty where there is none.",
  },
  {
    name: "http.x_forwarded_for",
    type: STRING,
    read: (view) => view.joined("x-forwarded-for"),
    about: "X-Forwarded-For as it was sent: a stranger's word.",
  },
  {
    name: "http.cookie",
    type: STRING,
    read: (view) => view.cookie,
    about: "The whole Cookie field, empty where there is none.",
  },
  {
    name: "http.request.cookies",
    type: STRINGS_BY_NAME,
    read: (view) => view.cookies,
    about: "Cookies by name; names are percent-decoded, values are not.",
  },
  {
    name: "http.request.headers",
    type: STRINGS_BY_NAME,
    read: (view) => view.headers,
    about: "Fields by name in lower case.",
  },
  {
    name: "http.request.headers.names",
    type: STRINGS,
    read: (view) => view.names,
    about: "Names of the fields, in order, as they were sent.",
  },
  {
    name: "http.request.headers.values",
    type: STRINGS,
    read: (view) => view.values,
    about: "Values of the fields, in the order of their names.",
  },
  {
    name: "http.request.headers.truncated",
    type: BOOL,
    read: () => false,
    about: "Always false: a request with more fields than are read is refused.",
  },
  {
    name: "http.request.accepted_languages",
    type: STRINGS,
    read: (view) => view.once("languages", () => acceptedLanguages(view.joined("accept-language"))),
    about: "Language tags of Accept-Language by weight.",
  },
  {
    name: "http.request.body.size",
    type: INT,
    read: ({ facts }) => (facts.exchange.bodyLength < 0 ? undefined : facts.exchange.bodyLength),
    about: "Bytes of the body; missing where the visitor did not say beforehand.",
  },
  {
    name: "http.request.timestamp.sec",
    type: INT,
    read: ({ facts }) => Math.floor(facts.time / 1000),
    about: "When the request came: seconds since 1970.",
  },
  {
    name: "http.request.timestamp.msec",
    type: INT,
    read: ({ facts }) => facts.time % 1000,
    about: "When the request came: milliseconds of the second.",
  },
];
