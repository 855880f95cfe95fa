import type { Field } from "@egide/expr/scheme.ts";
import { arrayOf, INT, mapOf, STRING } from "@egide/expr/type.ts";
import { HeaderMap, headerNames, headerValues } from "#fields/headers.ts";
import type { RequestView } from "#fields/view.ts";
import { getHeader } from "#wire/headers.ts";

const STRINGS = arrayOf(STRING);

/** Known only to the rules that come after the answer. */
export const RESPONSE_FIELDS: readonly Field<RequestView>[] = [
  {
    name: "http.response.code",
    type: INT,
    read: ({ response }) => response?.status,
    about: "Status that the visitor is about to be told.",
  },
  {
    name: "http.response.headers",
    type: mapOf(STRINGS),
    read: ({ response }) => (response === null ? undefined : new HeaderMap(response.headers)),
    about: "Fields of the response by name in lower case.",
  },
  {
    name: "http.response.headers.names",
    type: STRINGS,
    read: ({ response }) => (response === null ? undefined : headerNames(response.headers)),
    about: "Names of the response's fields, in order.",
  },
  {
    name: "http.response.headers.values",
    type: STRINGS,
    read: ({ response }) => (response === null ? undefined : headerValues(response.headers)),
    about: "Values of the response's fields, in the order of their names.",
  },
  {
    name: "http.response.content_type.media_type",
    type: STRING,
    read: ({ response }) => {
      if (response === null) return undefined;
      const type = getHeader(response.headers, "content-type") ?? "";
      return (type.split(";")[0] as string).trim().toLowerCase();
    },
    about: "Content-Type of the response in lower case, without its parameters.",
  },
];
