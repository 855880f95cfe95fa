import type { Tables } from "#store/tables.ts";

/** Tables of accounts, which better-auth makes; sessions and codes under way are nobody's to keep. */
export const ACCOUNT_TABLES = [
  "person",
  "person_account",
  "person_second_factor",
  "person_passkey",
] as const;

export type ExportedTable = Exclude<keyof Tables, "outbox"> | (typeof ACCOUNT_TABLES)[number];

interface TablePolicy {
  readonly name: ExportedTable;
  /** By which rows stand in a fixed order. */
  readonly key: readonly string[];
  /** Numbers its rows itself. */
  readonly counts?: true;
  /** Goes only where secrets go. */
  readonly secret?: true;
  /** By these somebody could be recognised: blank where secrets stay. */
  readonly blank?: Readonly<Record<string, null | "">>;
  /** Columns of bytes: base64 in the file. */
  readonly bytes?: readonly string[];
}

const HASHES = { sessionHash: null, addressHash: null, prefixHash: null, addressPeriod: null };

/**
 * What an export holds, each table behind those that it refers to. Not among them: the outbox (what
 * is under way is delivered by whoever has it), the words of the search (made anew), sessions.
 */
export const EXPORTED: readonly TablePolicy[] = [
  { name: "person", key: ["id"], secret: true },
  { name: "person_account", key: ["id"], secret: true },
  { name: "person_second_factor", key: ["id"], secret: true },
  { name: "person_passkey", key: ["id"], secret: true },
  { name: "address_key", key: ["period"], secret: true, bytes: ["key"] },
  { name: "board", key: ["id"], counts: true },
  { name: "rule_set", key: ["boardId", "version"] },
  { name: "thread", key: ["boardId", "no"] },
  {
    name: "post",
    key: ["id"],
    counts: true,
    blank: { ...HASHES, deletion: null },
  },
  { name: "post_edit", key: ["id"], counts: true },
  { name: "media", key: ["sha256"] },
  { name: "post_media", key: ["postId", "position"] },
  { name: "quote", key: ["fromPostId", "boardId", "no"] },
  { name: "address_trace", key: ["postId"], secret: true },
  { name: "watch", key: ["sessionHash", "boardId", "threadNo"], secret: true },
  { name: "queue_item", key: ["id"], counts: true },
  { name: "report", key: ["id"], counts: true, blank: { sessionHash: null } },
  { name: "act", key: ["id"], blank: { sessionHash: null } },
  { name: "ban", key: ["id"], counts: true, blank: { hash: "" } },
  { name: "appeal", key: ["id"], counts: true },
  { name: "hold", key: ["id"], counts: true },
  { name: "hold_item", key: ["holdId", "postId"] },
  { name: "filter", key: ["id"], counts: true },
  { name: "hash_list", key: ["id"], counts: true },
  { name: "hash_entry", key: ["id"], counts: true },
  { name: "removed_text", key: ["id"], counts: true, bytes: ["sketch"] },
  { name: "staff", key: ["id"] },
  { name: "staff_grant", key: ["staffId", "role", "boardId"] },
  { name: "staff_log", key: ["seq"] },
  { name: "staff_log_head", key: ["id"] },
  { name: "escalation", key: ["id"] },
  { name: "abuse_seen", key: ["id"] },
  { name: "inbox_notice", key: ["id"], counts: true },
  { name: "alert", key: ["id"], counts: true },
  { name: "tombstone", key: ["actId"] },
  { name: "import_board", key: ["source", "uri"] },
  { name: "import_row", key: ["source", "origin", "originRow"] },
  { name: "old_file", key: ["address"] },
  { name: "invitation", key: ["id"], counts: true },
  { name: "detection", key: ["postId", "sha256"] },
];

export type Policy = TablePolicy;
