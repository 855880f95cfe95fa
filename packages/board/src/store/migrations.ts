import type { Migration } from "@egide/sql/migrate.ts";
import { outboxKindsMigration, outboxMigration } from "@egide/sql/outbox/table.ts";
import { posts } from "#store/migration/0010-posts.ts";
import { search } from "#store/migration/0011-search.ts";
import { addressKeys } from "#store/migration/0012-address-keys.ts";
import { live } from "#store/migration/0013-live.ts";
import { lists } from "#store/migration/0020-lists.ts";
import { limits } from "#store/migration/0021-limits.ts";
import { moderation } from "#store/migration/0030-moderation.ts";
import { whereAMoveLed } from "#store/migration/0033-where-a-move-led.ts";
import { whoseAct } from "#store/migration/0031-whose-act.ts";
import { actStates } from "#store/migration/0032-act-states.ts";
import { move } from "#store/migration/0060-move.ts";
import { detection } from "#store/migration/0061-detection.ts";
import { foundFiles } from "#store/migration/0065-found-files.ts";
import { inviter } from "#store/migration/0062-inviter.ts";
import { whoseRemoval } from "#store/migration/0063-whose-removal.ts";
import { numbers } from "#store/migration/0064-numbers.ts";
import { provider } from "#store/migration/0040-provider.ts";

/**
 * The history of the tables. 0010–0019 threads and posts, 0020–0029 media, lists and filters,
 * 0030–0039 moderation, 0040–0049 provider, 0050–0059 accounts, 0060–0069 import.
 */
export const MIGRATIONS: readonly Migration[] = [
  outboxMigration,
  outboxKindsMigration,
  posts,
  search,
  addressKeys,
  live,
  lists,
  limits,
  moderation,
  whoseAct,
  actStates,
  provider,
  move,
  detection,
  inviter,
  whoseRemoval,
  numbers,
  foundFiles,
  whereAMoveLed,
];
