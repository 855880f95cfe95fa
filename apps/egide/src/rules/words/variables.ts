import type { Selector, Target } from "@egide/waf/rule/model.ts";

/** What the variables that people meet most hold; the others are called by their names alone. */
const names: Readonly<Record<string, string>> = {
  ARGS: "arguments of the query and the body",
  ARGS_GET: "arguments of the query",
  ARGS_POST: "arguments of the body",
  ARGS_NAMES: "names of all arguments",
  ARGS_GET_NAMES: "names of the query's arguments",
  ARGS_POST_NAMES: "names of the body's arguments",
  ARGS_COMBINED_SIZE: "size of all arguments together",
  FILES: "names of uploaded files",
  FILES_NAMES: "names of the form fields that hold files",
  FILES_COMBINED_SIZE: "size of all uploads together",
  MATCHED_VAR: "the value that matched last",
  MATCHED_VARS: "the values that the rule before matched",
  MULTIPART_PART_HEADERS: "header fields inside a multipart body",
  QUERY_STRING: "the query",
  REMOTE_ADDR: "the visitor's address",
  REQBODY_ERROR: "whether the body could not be read",
  REQBODY_PROCESSOR: "what reads the body",
  REQUEST_BASENAME: "the last part of the path",
  REQUEST_BODY: "the body",
  REQUEST_BODY_LENGTH: "length of the body",
  REQUEST_COOKIES: "cookies",
  REQUEST_COOKIES_NAMES: "names of cookies",
  REQUEST_FILENAME: "the path",
  REQUEST_HEADERS: "request header fields",
  REQUEST_HEADERS_NAMES: "names of request header fields",
  REQUEST_LINE: "the request line",
  REQUEST_METHOD: "the method",
  REQUEST_PROTOCOL: "the HTTP version",
  REQUEST_URI: "path and query",
  REQUEST_URI_RAW: "the request's target as it was sent",
  RESPONSE_BODY: "the response's body",
  RESPONSE_HEADERS: "response header fields",
  RESPONSE_STATUS: "the response's status",
  TX: "what rules have noted",
  XML: "text of an XML body",
};

/** `ARGS:/^a/ (arguments of the query and the body whose name matches ^a)`. */
export function describeTarget(target: Target): string {
  const spelled = `${target.count ? "&" : ""}${target.variable}${spell(target.selector)}`;
  const known = names[target.variable];
  if (known === undefined && !target.count) return spelled;
  const what = known ?? target.variable;
  return `${spelled} (${target.count ? "how many: " : ""}${what}${pick(target)})`;
}

export function spellTarget({ variable, selector, count }: Target): string {
  return `${count ? "&" : ""}${variable}${spell(selector)}`;
}

function spell(selector: Selector): string {
  switch (selector.kind) {
    case "all":
      return "";
    case "name":
      return `:${selector.lower}`;
    case "pattern":
      return `:/${selector.regex.source}/`;
    case "xpath":
      return `:${selector.path}`;
  }
}

function pick({ selector }: Target): string {
  switch (selector.kind) {
    case "all":
      return "";
    case "name":
      return ` called ${selector.lower}`;
    case "pattern":
      return ` whose name matches ${selector.regex.source}`;
    case "xpath":
      return selector.path === "//@*" ? ", its attributes" : "";
  }
}
