import { AppError } from "@egide/std/error.ts";
import { parseIp } from "@egide/std/ip.ts";
import { checkFilter } from "#filter/compile.ts";
import { queuePost } from "#moderation/service/queue.ts";
import { REPORT_MOST } from "#moderation/service/report.ts";
import { secretId, sha256 } from "#moderation/service/deps.ts";
import type { Target } from "#move/run/boards.ts";
import type { ImportContext, ImportOrder, Invited } from "#move/run/context.ts";
import { invite } from "#move/invitation.ts";
import { insertImported, takeAct, takeRules } from "#move/run/log.ts";
import type {
  SourceAct,
  SourceBan,
  SourceFilter,
  SourceReport,
  SourceRules,
  SourceStaff,
} from "#move/source/record.ts";
import { addFilter } from "#store/lists.ts";
import type { Db } from "#store/open.ts";

type HouseRecord = SourceBan | SourceReport | SourceStaff | SourceFilter | SourceRules | SourceAct;

/** Takes bans, reports, accounts and filters: each once, whole or not at all. */
export class HouseWriter {
  readonly #context: ImportContext;
  readonly #order: ImportOrder;
  readonly #surveyed: ReadonlyMap<string, unknown>;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly counts = { bans: 0, reports: 0, filters: 0, rules: 0, acts: 0, ended: 0 };
  readonly invited: Invited[] = [];

  /** `surveyed`: the boards that there are; `targets`: those that are taken. */
  constructor(
    context: ImportContext,
    order: ImportOrder,
    surveyed: ReadonlyMap<string, unknown>,
    targets: ReadonlyMap<string, Target>,
  ) {
    this.#context = context;
    this.#order = order;
    this.#surveyed = surveyed;
    this.#targets = targets;
  }

  async take(record: HouseRecord): Promise<void> {
    const target = record.board === null ? null : (this.#targets.get(record.board) ?? null);
    if (record.board !== null && target === null) {
      // A board that nobody asked for takes its bans with it, and so does one that is refused.
      const { boards } = this.#order;
      const isWanted = boards === null || boards.includes(record.board);
      if (isWanted && !this.#surveyed.has(record.board)) {
        this.#refuse(record, `its board, ${record.board}, is not there`);
      }
      return;
    }
    switch (record.kind) {
      case "ban":
        return this.#ban(record, target);
      case "report":
        return this.#report(record, target as Target);
      case "staff":
        return this.#staff(record, target);
      case "filter":
        return this.#filter(record, target);
      case "rules":
        return this.#rules(record, target as Target);
      case "act": {
        const { board } = target as Target;
        if (await this.#once(record, (trx) => takeAct(trx, board.id, record)))
          this.counts.acts += 1;
      }
    }
  }

  async #ban(ban: SourceBan, target: Target | null): Promise<void> {
    const now = this.#context.clock.now();
    if (ban.endsAt !== null && ban.endsAt <= now) {
      this.counts.ended += 1;
      return;
    }
    const goesBy = this.#goesBy(ban);
    if ("fault" in goesBy) return this.#refuse(ban, goesBy.fault);
    const [first] = this.#targets.values();
    const boardId = target?.board.id ?? first?.board.id;
    if (boardId === undefined) return this.#refuse(ban, "no board of the dump is taken");
    const taken = await this.#once(ban, async (trx) => {
      const { startsAt, endsAt, reason } = ban;
      const id = await insertImported(trx, {
        // When it began there is the ban's to say: undoing and appeals count from when it holds here.
        at: now,
        kind: "ban",
        boardId,
        no: null,
        // It was given under rules of another site, which nobody can look up here.
        ruleId: null,
        ruleBoardId: null,
        ruleVersion: null,
        reason,
        endsAt,
        state: "in-force",
        // No board's own staff take back what holds on all of them.
        byInstance: target === null ? 1 : 0,
      });
      await trx
        .insertInto("ban")
        .values({
          actId: id,
          scope: target === null ? "global" : "board",
          boardId: target?.board.id ?? null,
          threadNo: null,
          ...goesBy,
          startsAt,
          endsAt,
          liftedAt: null,
        })
        .execute();
    });
    if (taken) this.counts.bans += 1;
  }

  #goesBy(ban: SourceBan): { target: "address" | "prefix"; hash: string } | { fault: string } {
    if (this.#order.addresses === "drop") return { fault: "addresses are not taken" };
    const bytes = parseIp(ban.address);
    const hashed = bytes === null ? null : this.#context.hash(ban.address);
    if (bytes === null || hashed === null) {
      return { fault: "what it goes by is no address (hashed there, or forgotten)" };
    }
    const whole = bytes.length * 8;
    const bits = ban.bits ?? whole;
    // One line has one IPv4 address, or a /64.
    if (bits === whole || (whole === 128 && bits >= 64 && bits <= 128)) {
      return { target: "address", hash: hashed.addressHash };
    }
    if (bits === (whole === 32 ? 24 : 48)) return { target: "prefix", hash: hashed.prefixHash };
    return { fault: `a network of /${bits}: bans reach one address, a /24 or (IPv6) a /48 here` };
  }

  async #report(report: SourceReport, { board, strange }: Target): Promise<void> {
    if (strange.has(report.no)) {
      return this.#refuse(report, `the number of its post, ${report.no}, was given out here since`);
    }
    if (this.#order.dryRun) {
      this.counts.reports += 1;
      return;
    }
    const post = await this.#context.store.kysely
      .selectFrom("post")
      .select(["id as postId", "boardId", "threadNo", "no", "state"])
      .where("boardId", "=", board.id)
      .where("no", "=", report.no)
      .executeTakeFirst();
    if (post === undefined) return this.#refuse(report, `its post, ${report.no}, is not there`);
    const { state, ...place } = post;
    if (state === "removed") return this.#refuse(report, "its post is removed");
    const at = this.#context.clock.now();
    const category = "rule";
    const taken = await this.#once(report, async (trx) => {
      const item = await queuePost(trx, place, { category, at });
      await trx
        .updateTable("queue_item")
        .set((row) => ({ reports: row("reports", "+", 1) }))
        .where("id", "=", item.id)
        .execute();
      await trx
        .insertInto("report")
        .values({
          itemId: item.id,
          postId: place.postId,
          boardId: place.boardId,
          category,
          text: report.text.slice(0, REPORT_MOST).toWellFormed(),
          source: "visitor",
          at,
          // Nobody has a link by which to follow it.
          receipt: sha256(secretId()),
          sessionHash: null,
          firstLookAt: null,
          decidedAt: null,
          outcome: null,
          contestedAt: null,
          contestText: null,
          final: 0,
        })
        .execute();
    });
    if (taken) this.counts.reports += 1;
  }

  async #staff(staff: SourceStaff, target: Target | null): Promise<void> {
    const { name, role } = staff;
    const board = target?.board.uri ?? null;
    let path = "";
    const taken = await this.#once(staff, async (trx) => {
      const boardId = target?.board.id ?? null;
      path = await invite(trx, { name, role, boardId }, this.#context.clock.now());
    });
    if (taken) this.invited.push({ name, role, board, path });
  }

  async #filter(filter: SourceFilter, target: Target | null): Promise<void> {
    const boardId = target?.board.id ?? null;
    try {
      // One that can't be used would keep everybody from posting.
      checkFilter({ ...filter.rule, id: 0, boardId });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return this.#refuse(filter, error.publicMessage);
    }
    const createdAt = this.#context.clock.now();
    const taken = await this.#once(filter, async (trx) => {
      await addFilter(trx, { ...filter.rule, boardId, createdAt, createdBy: "import" });
    });
    if (taken) this.counts.filters += 1;
  }

  async #rules(rules: SourceRules, { board }: Target): Promise<void> {
    let isFree = true;
    const taken = await this.#once(rules, async (trx) => {
      isFree = await takeRules(trx, board.id, rules);
    });
    if (!isFree) this.#refuse(rules, "rules of this version were written here since");
    else if (taken && rules.version > 0) this.counts.rules += 1;
  }

  /** False: an earlier run took it. */
  async #once(record: HouseRecord, work: (trx: Db) => Promise<void>): Promise<boolean> {
    if (this.#order.dryRun) return true;
    const { store, clock } = this.#context;
    const key = { source: this.#order.name, origin: record.table, originRow: record.row };
    return store.transaction(async (trx) => {
      const added = await trx
        .insertInto("import_row")
        .values({ ...key, at: clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (added.numInsertedOrUpdatedRows !== 1n) return false;
      await work(trx);
      return true;
    });
  }

  #refuse({ table, row }: HouseRecord, reason: string): void {
    this.#order.refuse({ kind: "refused", table, row, reason });
  }
}
