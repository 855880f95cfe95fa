import { instanceJsonSchema } from "@egide/board/settings/instance.ts";
import { abuseJsonSchema } from "@egide/contract/abuse/message.ts";
import { configJsonSchema } from "@egide/contract/config.ts";
import { type ReferencePage, referenceMarkdown } from "#reference/markdown.ts";

const CONFIG: ReferencePage = {
  title: "egide.yaml",
  opening: [
    "Everything but `zones` has a default. A setting outside of lists can also be given by the environment variable named beside it; its text is read as YAML and wins over the file. Relative paths start from where the file is. Editors that speak YAML take [the JSON Schema](egide.schema.json): put `# yaml-language-server: $schema=…/docs/reference/egide.schema.json` on top of the file.",
    "",
    "```yaml",
    "zones:",
    "  - hosts: [example.org]",
    "    origin: http://127.0.0.1:3000",
    "```",
  ],
  variables: true,
};

const BOARD: ReferencePage = {
  title: "Settings of a board's site",
  opening: [
    "The JSON file that `egide board --settings FILE` reads; [Running a board](../guide/board.md) says what they are for. Everything has a default, an unknown setting is refused. What owners set for each of their boards stands on the page of that board in the staff area. Editors take [the JSON Schema](board.schema.json).",
    "",
    "```json",
    '{ "name": "Cats", "boardCreation": "open" }',
    "```",
  ],
  variables: false,
};

/** The files of docs/reference that are made from the schemas, by name. */
export function referenceFiles(): ReadonlyMap<string, string> {
  const config = configJsonSchema();
  const board = instanceJsonSchema();
  return new Map([
    ["egide.schema.json", json(config)],
    ["config.md", referenceMarkdown(CONFIG, config)],
    ["board.schema.json", json(board)],
    ["board.md", referenceMarkdown(BOARD, board)],
    ["abuse.schema.json", json(abuseJsonSchema())],
  ]);
}

function json(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** docs/reference of this checkout. */
export const REFERENCE = new URL("../../../../docs/reference/", import.meta.url);
