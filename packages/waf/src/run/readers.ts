import type { FilePart, MultipartFlags, Pair } from "#body/processor.ts";
import type { Facts } from "#run/facts.ts";
import { Item, noItems, scalar } from "#run/item.ts";
import type { VariableName } from "#rule/variables.ts";

/** Reads a variable out of the facts. */
type Reader = (facts: Facts, variable: VariableName) => readonly Item[];

function pairs(read: (facts: Facts) => readonly Pair[]): Reader {
  return (facts, variable) => read(facts).map((pair) => new Item(variable, pair.name, pair.value));
}

/** The names themselves as values, each under its own name. */
function names(read: (facts: Facts) => readonly Pair[]): Reader {
  return (facts, variable) => read(facts).map((pair) => new Item(variable, pair.name, pair.name));
}

function fields(read: (facts: Facts) => readonly string[], name: boolean): Reader {
  return (facts, variable) => {
    const headers = read(facts);
    const out: Item[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      const key = headers[i] as string;
      out.push(new Item(variable, key, name ? key : (headers[i + 1] as string)));
    }
    return out;
  };
}

function one(read: (facts: Facts) => string | undefined): Reader {
  return (facts, variable) => scalar(variable, read(facts));
}

function number(read: (facts: Facts) => number): Reader {
  return one((facts) => String(read(facts)));
}

function flag(read: (facts: Facts) => boolean): Reader {
  return one((facts) => (read(facts) ? "1" : "0"));
}

/** Multipart flags exist only where a multipart body was read. */
function multipart(name: keyof MultipartFlags): Reader {
  return one((facts) => {
    const flags = facts.content.multipart;
    return flags === undefined ? undefined : flags[name] ? "1" : "0";
  });
}

function files(value: (file: FilePart) => string): Reader {
  return (facts, variable) =>
    (facts.content.files ?? []).map((file) => new Item(variable, file.field, value(file)));
}

function strictError(facts: Facts): string | undefined {
  const flags = facts.content.multipart;
  if (flags === undefined) return undefined;
  // Of the flags these two stand alone (reference manual, MULTIPART_STRICT_ERROR).
  const { crlfLfLines: _a, unmatchedBoundary: _b, ...strict } = flags;
  return facts.processorFailed || Object.values(strict).includes(true) ? "1" : "0";
}

function combinedSize(list: readonly Pair[]): number {
  let size = 0;
  for (const { name, value } of list) size += name.length + value.length;
  return size;
}

const all = (facts: Facts): readonly Pair[] =>
  facts.content.args.length === 0 ? facts.argsGet : [...facts.argsGet, ...facts.content.args];
const posted = (facts: Facts): readonly Pair[] => facts.content.args;
const queried = (facts: Facts): readonly Pair[] => facts.argsGet;

/** The whole request as it came, as far as it is kept. */
function fullRequest(facts: Facts): string {
  let out = `${facts.line}\r\n`;
  for (let i = 0; i < facts.requestHeaders.length; i += 2) {
    out += `${facts.requestHeaders[i]}: ${facts.requestHeaders[i + 1]}\r\n`;
  }
  return `${out}\r\n${facts.requestBody ?? ""}`;
}

/** How each variable is read that does not change while the rules of a phase run. */
export const readers: Partial<Readonly<Record<VariableName, Reader>>> = {
  ARGS: pairs(all),
  ARGS_COMBINED_SIZE: number(
    (facts) => combinedSize(facts.argsGet) + combinedSize(facts.content.args),
  ),
  ARGS_GET: pairs(queried),
  ARGS_GET_NAMES: names(queried),
  ARGS_NAMES: names(all),
  ARGS_POST: pairs(posted),
  ARGS_POST_NAMES: names(posted),
  AUTH_TYPE: one((facts) => facts.requestHeader("authorization")?.split(" ")[0]),
  FILES: files((file) => file.filename),
  FILES_COMBINED_SIZE: number((facts) =>
    (facts.content.files ?? []).reduce((sum, file) => sum + file.content.length, 0),
  ),
  FILES_NAMES: files((file) => file.field),
  FILES_SIZES: files((file) => String(file.content.length)),
  FILES_TMPNAMES: () => noItems,
  FILES_TMP_CONTENT: files((file) => file.content),
  FULL_REQUEST: one(fullRequest),
  FULL_REQUEST_LENGTH: number((facts) => fullRequest(facts).length),
  INBOUND_DATA_ERROR: flag((facts) => facts.requestBodyOver),
  MODSEC_BUILD: () => noItems,
  MULTIPART_BOUNDARY_QUOTED: multipart("boundaryQuoted"),
  MULTIPART_BOUNDARY_WHITESPACE: multipart("boundaryWhitespace"),
  MULTIPART_CRLF_LF_LINES: multipart("crlfLfLines"),
  MULTIPART_DATA_AFTER: multipart("dataAfter"),
  MULTIPART_DATA_BEFORE: multipart("dataBefore"),
  MULTIPART_FILENAME: one((facts) => facts.content.files?.at(-1)?.filename),
  MULTIPART_FILE_LIMIT_EXCEEDED: multipart("fileLimitExceeded"),
  MULTIPART_HEADER_FOLDING: multipart("headerFolding"),
  MULTIPART_INVALID_HEADER_FOLDING: multipart("invalidHeaderFolding"),
  MULTIPART_INVALID_PART: multipart("invalidPart"),
  MULTIPART_INVALID_QUOTING: multipart("invalidQuoting"),
  MULTIPART_LF_LINE: multipart("lfLine"),
  MULTIPART_MISSING_SEMICOLON: multipart("missingSemicolon"),
  MULTIPART_NAME: one((facts) => facts.content.files?.at(-1)?.field),
  MULTIPART_PART_HEADERS: pairs((facts) => facts.content.partHeaders ?? []),
  MULTIPART_STRICT_ERROR: one(strictError),
  MULTIPART_UNMATCHED_BOUNDARY: multipart("unmatchedBoundary"),
  OUTBOUND_DATA_ERROR: flag((facts) => facts.responseBodyOver),
  PATH_INFO: () => noItems,
  QUERY_STRING: one((facts) => facts.parts.query),
  REMOTE_ADDR: one((facts) => facts.endpoints.remoteAddress),
  REMOTE_HOST: one((facts) => facts.endpoints.remoteAddress),
  REMOTE_PORT: number((facts) => facts.endpoints.remotePort),
  REMOTE_USER: () => noItems,
  REQBODY_ERROR: flag((facts) => facts.bodyError !== undefined),
  REQBODY_ERROR_MSG: one((facts) => facts.bodyError),
  REQBODY_PROCESSOR_ERROR: flag((facts) => facts.processorFailed),
  REQBODY_PROCESSOR_ERROR_MSG: one((facts) =>
    facts.processorFailed ? facts.bodyError : undefined,
  ),
  REQUEST_BASENAME: one((facts) => facts.parts.basename),
  REQUEST_BODY: one((facts) => facts.requestBody),
  REQUEST_BODY_LENGTH: number((facts) => facts.requestBodyLength),
  REQUEST_COOKIES: pairs((facts) => facts.cookies),
  REQUEST_COOKIES_NAMES: names((facts) => facts.cookies),
  REQUEST_FILENAME: one((facts) => facts.parts.path),
  REQUEST_HEADERS: fields((facts) => facts.requestHeaders, false),
  REQUEST_HEADERS_NAMES: fields((facts) => facts.requestHeaders, true),
  REQUEST_LINE: one((facts) => facts.line),
  REQUEST_METHOD: one((facts) => facts.method),
  REQUEST_PROTOCOL: one((facts) => facts.protocol),
  REQUEST_URI: one((facts) => facts.parts.uri),
  REQUEST_URI_RAW: one((facts) => facts.target),
  RESPONSE_BODY: one((facts) => facts.responseBody),
  RESPONSE_CONTENT_LENGTH: number((facts) => facts.responseBody?.length ?? 0),
  RESPONSE_CONTENT_TYPE: one((facts) => facts.responseHeader("content-type")),
  RESPONSE_HEADERS: fields((facts) => facts.responseHeaders, false),
  RESPONSE_HEADERS_NAMES: fields((facts) => facts.responseHeaders, true),
  RESPONSE_PROTOCOL: one((facts) => facts.responseProtocol),
  RESPONSE_STATUS: one((facts) => (facts.status === 0 ? undefined : String(facts.status))),
  SERVER_ADDR: one((facts) => facts.endpoints.serverAddress),
  SERVER_NAME: one((facts) => facts.requestHeader("host")?.replace(/:\d+$/, "")),
  SERVER_PORT: number((facts) => facts.endpoints.serverPort),
  STATUS_LINE: one((facts) =>
    facts.status === 0 ? undefined : `${facts.responseProtocol} ${facts.status}`,
  ),
  UNIQUE_ID: one((facts) => facts.id),
  URLENCODED_ERROR: flag((facts) => facts.encodingError),
};
