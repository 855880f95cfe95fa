/** How a variable is read. */
export type VariableKind =
  /** One value, or none. */
  | "scalar"
  /** Named values; `ARGS:x` selects one. */
  | "collection"
  /** Selected by an XPath expression. */
  | "xml";

interface VariableDef {
  readonly kind: VariableKind;
  /** May change while a phase runs, so that nothing about it may be kept. */
  readonly volatile?: true;
}

const scalar: VariableDef = { kind: "scalar" };
const moving: VariableDef = { kind: "scalar", volatile: true };
const collection: VariableDef = { kind: "collection" };
const record: VariableDef = { kind: "collection", volatile: true };

/** Every variable of the language (reference manual, "Variables"). */
export const variables = {
  ARGS: collection,
  ARGS_COMBINED_SIZE: scalar,
  ARGS_GET: collection,
  ARGS_GET_NAMES: collection,
  ARGS_NAMES: collection,
  ARGS_POST: collection,
  ARGS_POST_NAMES: collection,
  AUTH_TYPE: scalar,
  DURATION: moving,
  ENV: record,
  FILES: collection,
  FILES_COMBINED_SIZE: scalar,
  FILES_NAMES: collection,
  FILES_SIZES: collection,
  FILES_TMPNAMES: collection,
  FILES_TMP_CONTENT: collection,
  FULL_REQUEST: scalar,
  FULL_REQUEST_LENGTH: scalar,
  GEO: record,
  GLOBAL: record,
  HIGHEST_SEVERITY: moving,
  INBOUND_DATA_ERROR: scalar,
  IP: record,
  MATCHED_VAR: moving,
  MATCHED_VARS: record,
  MATCHED_VARS_NAMES: record,
  MATCHED_VAR_NAME: moving,
  MODSEC_BUILD: scalar,
  MULTIPART_BOUNDARY_QUOTED: scalar,
  MULTIPART_BOUNDARY_WHITESPACE: scalar,
  MULTIPART_CRLF_LF_LINES: scalar,
  MULTIPART_DATA_AFTER: scalar,
  MULTIPART_DATA_BEFORE: scalar,
  MULTIPART_FILENAME: scalar,
  MULTIPART_FILE_LIMIT_EXCEEDED: scalar,
  MULTIPART_HEADER_FOLDING: scalar,
  MULTIPART_INVALID_HEADER_FOLDING: scalar,
  MULTIPART_INVALID_PART: scalar,
  MULTIPART_INVALID_QUOTING: scalar,
  MULTIPART_LF_LINE: scalar,
  MULTIPART_MISSING_SEMICOLON: scalar,
  MULTIPART_NAME: scalar,
  MULTIPART_PART_HEADERS: collection,
  MULTIPART_STRICT_ERROR: scalar,
  MULTIPART_UNMATCHED_BOUNDARY: scalar,
  OUTBOUND_DATA_ERROR: scalar,
  PATH_INFO: scalar,
  QUERY_STRING: scalar,
  REMOTE_ADDR: scalar,
  REMOTE_HOST: scalar,
  REMOTE_PORT: scalar,
  REMOTE_USER: scalar,
  REQBODY_ERROR: scalar,
  REQBODY_ERROR_MSG: scalar,
  REQBODY_PROCESSOR: moving,
  REQBODY_PROCESSOR_ERROR: scalar,
  REQBODY_PROCESSOR_ERROR_MSG: scalar,
  REQUEST_BASENAME: scalar,
  REQUEST_BODY: scalar,
  REQUEST_BODY_LENGTH: scalar,
  REQUEST_COOKIES: collection,
  REQUEST_COOKIES_NAMES: collection,
  REQUEST_FILENAME: scalar,
  REQUEST_HEADERS: collection,
  REQUEST_HEADERS_NAMES: collection,
  REQUEST_LINE: scalar,
  REQUEST_METHOD: scalar,
  REQUEST_PROTOCOL: scalar,
  REQUEST_URI: scalar,
  REQUEST_URI_RAW: scalar,
  RESOURCE: record,
  RESPONSE_BODY: scalar,
  RESPONSE_CONTENT_LENGTH: scalar,
  RESPONSE_CONTENT_TYPE: scalar,
  RESPONSE_HEADERS: collection,
  RESPONSE_HEADERS_NAMES: collection,
  RESPONSE_PROTOCOL: scalar,
  RESPONSE_STATUS: scalar,
  RULE: record,
  SERVER_ADDR: scalar,
  SERVER_NAME: scalar,
  SERVER_PORT: scalar,
  SESSION: record,
  SESSIONID: moving,
  STATUS_LINE: scalar,
  TIME: moving,
  TIME_DAY: moving,
  TIME_EPOCH: moving,
  TIME_HOUR: moving,
  TIME_MIN: moving,
  TIME_MON: moving,
  TIME_SEC: moving,
  TIME_WDAY: moving,
  TIME_YEAR: moving,
  TX: record,
  UNIQUE_ID: scalar,
  URLENCODED_ERROR: scalar,
  USER: record,
  USERID: moving,
  WEBAPPID: scalar,
  XML: { kind: "xml" },
} as const satisfies Readonly<Record<string, VariableDef>>;

export type VariableName = keyof typeof variables;

/** The variable of that name, in any case; undefined where there is none. */
export function variableNamed(name: string): VariableName | undefined {
  const upper = name.toUpperCase();
  return Object.hasOwn(variables, upper) ? (upper as VariableName) : undefined;
}

export function isVolatile(name: VariableName): boolean {
  const def: VariableDef = variables[name];
  return def.volatile === true;
}

/** Collections that rules write to and that may outlive a transaction. */
export type StoredCollection = "GLOBAL" | "IP" | "RESOURCE" | "SESSION" | "USER";
