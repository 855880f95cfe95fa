import { createHmac } from "node:crypto";
import { parseIp } from "@egide/std/ip.ts";
import { IpSet, readRange } from "#match/ip-set.ts";
import { type Field, type List, scheme } from "#scheme.ts";
import { arrayOf, BOOL, INT, IP, mapOf, STRING, type Type } from "#type.ts";
import type { Missable, Value } from "#value.ts";

/** A request as tests spell it: values by the name of their field. */
export type Sample = Readonly<Record<string, Missable>>;

const STRINGS = arrayOf(STRING);

const FIELDS: readonly (readonly [string, Type])[] = [
  ["http.host", STRING],
  ["http.request.method", STRING],
  ["http.request.full_uri", STRING],
  ["http.request.uri.path", STRING],
  ["http.request.uri.query", STRING],
  ["http.request.uri.args", mapOf(STRINGS)],
  ["http.request.headers", mapOf(STRINGS)],
  ["http.request.headers.names", STRINGS],
  ["http.request.headers.values", STRINGS],
  ["http.request.body.raw", STRING],
  ["http.request.body.letters", STRING],
  ["http.request.body.multipart.names", arrayOf(STRINGS)],
  ["http.request.timestamp.sec", INT],
  ["http.user_agent", STRING],
  ["ip.src", IP],
  ["ip.src.asnum", INT],
  ["ssl", BOOL],
  ["cf.random_seed", STRING],
];

const office = new IpSet(
  [readRange("192.0.2.0/28"), readRange("2001:db8::/32")].filter((r) => r !== null),
);

const LISTS = new Map<string, List>([
  ["office", { of: "ip", has: (value: Value) => office.has(value as Uint8Array) }],
  ["scrapers", { of: "int", has: (value: Value) => value === 64_511 }],
]);

export const REQUEST = scheme<Sample>(
  FIELDS.map(
    ([name, type]): Field<Sample> => ({ name, type, read: (sample) => sample[name], about: "." }),
  ),
  LISTS,
);

const TIME = 1_767_225_600;
const stamp = String(TIME - 60);
const mac = createHmac("sha256", "mysecretkey")
  .update(`/download/cat.jpg${stamp}`)
  .digest("base64");

export const SAMPLE: Sample = {
  "http.host": "www.example.org",
  "http.request.method": "GET",
  "http.request.full_uri":
    "https://www.example.org/articles/2008?filter=waf&page=2&filter=botm&filter=cdn",
  "http.request.uri.path": "/articles/2008",
  "http.request.uri.query": "filter=waf&page=2&filter=botm&filter=cdn",
  "http.request.uri.args": new Map([
    ["filter", ["waf", "botm", "cdn"]],
    ["page", ["2"]],
  ]),
  "http.request.headers": new Map([
    ["accept", ["text/html", "image/webp"]],
    ["x-utf8", ["caf\xc3\xa9"]],
    ["x-star", ["A*B"]],
    ["x-quote", ['say "hi" \\']],
    ["x-enc", ["John+Doe%20%2520+"]],
    ["x-cloud", ["%u2601+%E4%BD%zz%"]],
    ["x-list", ["a,,b,c"]],
    ["x-b64", ["MTIzYWJj"]],
    ["x-token", [`/download/cat.jpg?verify=${stamp}-${encodeURIComponent(mac)}`]],
  ]),
  "http.request.headers.names": ["Accept", "X-Long", "Accept"],
  "http.request.headers.values": ["text/html", "more than ten bytes", "image/webp"],
  "http.request.body.raw":
    '{"company":"example","list":["one","two",-234],"n":{"id":356},"float":42.0}',
  "http.request.body.letters": "asdfghjk",
  "http.request.body.multipart.names": [["username"], ["picture"]],
  "http.request.timestamp.sec": TIME,
  "http.user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "ip.src": parseIp("192.0.2.7") ?? undefined,
  "ip.src.asnum": 64_496,
  ssl: true,
  "cf.random_seed": "a".repeat(16),
};
