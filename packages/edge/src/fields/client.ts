import { randomFillSync } from "node:crypto";
import type { Field } from "@egide/expr/scheme.ts";
import { BOOL, INT, IP, STRING } from "@egide/expr/type.ts";
import { parseIp } from "@egide/std/ip.ts";
import { botCategory } from "#fields/bot-category.ts";
import { botOf, clearanceOf } from "#facts.ts";
import { continentOf, isInEuropeanUnion } from "#fields/country.ts";
import { headerOrder } from "#fields/header-order.ts";
import { kindOf } from "#fields/kind.ts";
import type { RequestView } from "#fields/view.ts";

type ClientField = Field<RequestView>;

const ADDRESS: readonly ClientField[] = [
  {
    name: "ip.src",
    type: IP,
    read: (view) => view.address,
    about: "The visitor's address, behind trusted proxies.",
  },
  {
    name: "ip.src.country",
    type: STRING,
    read: ({ facts }) => facts.country,
    about: "ISO 3166-1 alpha-2, empty where not known (`geo.country`).",
  },
  {
    name: "ip.src.continent",
    type: STRING,
    read: ({ facts }) => continentOf(facts.country),
    about: "AF, AN, AS, EU, NA, OC or SA, empty where the country is not known.",
  },
  {
    name: "ip.src.is_in_european_union",
    type: BOOL,
    read: ({ facts }) => isInEuropeanUnion(facts.country),
    about: "True where the country is in the European Union.",
  },
  {
    name: "ip.src.asnum",
    type: INT,
    read: ({ facts }) => facts.asnum,
    about: "Number of the autonomous system, 0 where not known (`geo.asn`).",
  },
];

const TLS: readonly ClientField[] = [
  {
    name: "ssl",
    type: BOOL,
    read: ({ facts }) => facts.exchange.head.scheme === "https",
    about: "True over TLS.",
  },
  {
    name: "cf.tls_version",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.version ?? "",
    about: "e.g. TLSv1.3; empty over plain HTTP.",
  },
  {
    name: "cf.tls_cipher",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.cipher ?? "",
    about: "The cipher suite; empty over plain HTTP.",
  },
  {
    name: "cf.bot_management.ja4",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.ja4 ?? "",
    about: "JA4 fingerprint of the ClientHello; empty over plain HTTP.",
  },
  {
    name: "egide.http2_fingerprint",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.http2 ?? "",
    about:
      "How an HTTP/2 connection was opened: settings, window, priorities and order of pseudo-headers, e.g. 1:65536;4:6291456|15663105|0|m,a,s,p; empty for other versions.",
  },
  {
    name: "cf.tls_client_auth.cert_presented",
    type: BOOL,
    read: ({ facts }) => (facts.exchange.client.tls?.clientCertificate ?? null) !== null,
    about: "True where the client showed a certificate, valid or not.",
  },
  {
    name: "cf.tls_client_auth.cert_verified",
    type: BOOL,
    read: ({ facts }) => facts.exchange.client.tls?.clientCertificate?.verified === true,
    about: "True where the client's certificate is valid.",
  },
  {
    name: "cf.tls_client_auth.cert_subject_dn",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.clientCertificate?.subject ?? "",
    about: "Subject of the client's certificate.",
  },
  {
    name: "cf.tls_client_auth.cert_fingerprint_sha256",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.clientCertificate?.fingerprint ?? "",
    about: "SHA-256 fingerprint of the client's certificate, in hexadecimal.",
  },
  {
    name: "cf.tls_client_auth.cert_serial",
    type: STRING,
    read: ({ facts }) => facts.exchange.client.tls?.clientCertificate?.serial ?? "",
    about: "Serial number of the client's certificate.",
  },
];

const EDGE: readonly ClientField[] = [
  {
    name: "cf.ray_id",
    type: STRING,
    read: ({ facts }) => facts.requestId,
    about: "The request id, as in X-Request-Id and in the log.",
  },
  {
    name: "cf.zone.name",
    type: STRING,
    read: ({ facts }) => facts.zoneId,
    about: "Id of the zone.",
  },
  {
    name: "cf.edge.server_ip",
    type: IP,
    read: (view) =>
      view.once("server", () => parseIp(view.facts.exchange.client.local.address) ?? undefined),
    about: "Address of the edge that the visitor reached.",
  },
  {
    name: "cf.edge.server_port",
    type: INT,
    read: ({ facts }) => facts.exchange.client.local.port,
    about: "Port of the edge that the visitor reached.",
  },
  {
    name: "cf.edge.client_tcp",
    type: BOOL,
    read: ({ facts }) => facts.exchange.head.version !== 30,
    about: "True over TCP, false over QUIC.",
  },
  {
    name: "cf.random_seed",
    type: STRING,
    read: (view) => view.once("seed", () => randomFillSync(Buffer.alloc(32)).toString("latin1")),
    about: "Random bytes, the same for the whole request.",
  },
  {
    name: "cf.client.bot",
    type: BOOL,
    read: ({ facts }) => botOf(facts)?.verified === true,
    about: "True for a bot that proved who it is.",
  },
  {
    name: "cf.verified_bot_category",
    type: STRING,
    read: ({ facts }) => botCategory(botOf(facts)),
    about: "Category of a bot that proved who it is, else empty.",
  },
  {
    name: "egide.header_order",
    type: STRING,
    read: (view) => view.once("order", () => headerOrder(view.head)),
    about: "Fingerprint of the field names' order and case: eight hexadecimal digits.",
  },
  {
    name: "egide.kind",
    type: STRING,
    read: (view) => view.once("kind", () => kindOf(view.uri.path, view.head)),
    about: "What is asked for, as far as path and headers tell: page, asset, feed or data.",
  },
  {
    name: "egide.session",
    type: STRING,
    read: ({ facts }) => clearanceOf(facts)?.session ?? "",
    about: "Id of the session that a clearance belongs to, empty where there is none.",
  },
  {
    name: "egide.challenge_passed",
    type: BOOL,
    read: ({ facts }) => clearanceOf(facts) !== null,
    about: "True where the visitor passed a challenge and still holds the clearance.",
  },
];

export const CLIENT_FIELDS: readonly ClientField[] = [...ADDRESS, ...TLS, ...EDGE];

/** Older names that Cloudflare still takes, and second names. */
export const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ["ip.geoip.country", "ip.src.country"],
  ["ip.geoip.continent", "ip.src.continent"],
  ["ip.geoip.is_in_european_union", "ip.src.is_in_european_union"],
  ["ip.geoip.asnum", "ip.src.asnum"],
  ["cf.bot_management.verified_bot", "cf.client.bot"],
];
