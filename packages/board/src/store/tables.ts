import type { OutboxTables } from "@egide/sql/outbox/table.ts";
import type { BoardTable } from "#store/table/board.ts";
import type {
  FilterTable,
  HashEntryTable,
  HashListTable,
  RemovedTextTable,
} from "#store/table/list.ts";
import type { LimitUseTable } from "#store/table/limit.ts";
import type { LiveEventTable } from "#store/table/live.ts";
import type { MediaTable } from "#store/table/media.ts";
import type {
  ActTable,
  AppealTable,
  BanTable,
  HoldItemTable,
  HoldTable,
  QueueItemTable,
  ReportTable,
  RuleSetTable,
  StaffGrantTable,
  StaffLogHeadTable,
  StaffLogTable,
  StaffTable,
} from "#store/table/moderation.ts";
import type {
  AddressKeyTable,
  AddressTraceTable,
  PostEditTable,
  PostMediaTable,
  PostTable,
  QuoteTable,
  WatchTable,
} from "#store/table/post.ts";
import type {
  AbuseSeenTable,
  AlertTable,
  EscalationTable,
  InboxNoticeTable,
  TombstoneTable,
} from "#store/table/provider.ts";
import type {
  DetectionTable,
  ImportBoardTable,
  ImportRowTable,
  InvitationTable,
  OldFileTable,
} from "#store/table/move.ts";
import type { ThreadTable } from "#store/table/thread.ts";

/** Every table of the board; rooms add a line each. Names of columns: camelCase, as they are in SQL. */
export interface Tables extends OutboxTables {
  board: BoardTable;
  thread: ThreadTable;
  post: PostTable;
  post_media: PostMediaTable;
  post_edit: PostEditTable;
  quote: QuoteTable;
  media: MediaTable;
  address_key: AddressKeyTable;
  address_trace: AddressTraceTable;
  watch: WatchTable;
  live_event: LiveEventTable;
  limit_use: LimitUseTable;
  filter: FilterTable;
  hash_list: HashListTable;
  hash_entry: HashEntryTable;
  removed_text: RemovedTextTable;
  queue_item: QueueItemTable;
  report: ReportTable;
  act: ActTable;
  ban: BanTable;
  appeal: AppealTable;
  rule_set: RuleSetTable;
  hold: HoldTable;
  hold_item: HoldItemTable;
  staff: StaffTable;
  staff_grant: StaffGrantTable;
  staff_log: StaffLogTable;
  staff_log_head: StaffLogHeadTable;
  escalation: EscalationTable;
  abuse_seen: AbuseSeenTable;
  inbox_notice: InboxNoticeTable;
  alert: AlertTable;
  tombstone: TombstoneTable;
  import_board: ImportBoardTable;
  import_row: ImportRowTable;
  old_file: OldFileTable;
  invitation: InvitationTable;
  detection: DetectionTable;
}
