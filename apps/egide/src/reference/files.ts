import { abuseJsonSchema } from "@egide/contract/abuse/message.ts";
import { configJsonSchema } from "@egide/contract/config.ts";
import { referenceMarkdown } from "#reference/markdown.ts";

/** The files of docs/reference that are made from the schema, by name. */
export function referenceFiles(): ReadonlyMap<string, string> {
  const schema = configJsonSchema();
  return new Map([
    ["egide.schema.json", `${JSON.stringify(schema, null, 2)}\n`],
    ["config.md", referenceMarkdown(schema)],
    ["abuse.schema.json", `${JSON.stringify(abuseJsonSchema(), null, 2)}\n`],
  ]);
}

/** docs/reference of this checkout. */
export const REFERENCE = new URL("../../../../docs/reference/", import.meta.url);
