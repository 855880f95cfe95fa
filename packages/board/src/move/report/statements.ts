import { createHash } from "node:crypto";
import type { Statement } from "@egide/contract/abuse/statement.ts";
import type { ActKind } from "#moderation/act.ts";
import { type Category, factsOf } from "#moderation/category.ts";
import { ruleText } from "#moderation/service/rules.ts";
import type { Db } from "#store/open.ts";
import type { MediaKind } from "#store/table/media.ts";
import { familyOf } from "#media/kind.ts";

/** Acts that restrict something; a warning or a move takes nothing away (Article 17(1)). */
const RESTRICTING = ["hide", "remove", "remove-pattern", "ban"] as const satisfies ActKind[];
const PAGE = 200;

interface ActRow {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly postId: number | null;
  readonly ruleId: string | null;
  readonly ruleBoardId: number | null;
  readonly ruleVersion: number | null;
  readonly endsAt: number | null;
}

/**
 * Statements of reasons for the acts between two moments, in the shape of the Commission's database.
 * Free of personal data: nothing of the post's words nor of the staff's own reason is in them, only
 * what the records say of the case.
 */
export async function* statementsBetween(
  db: Db,
  from: number,
  until: number,
): AsyncGenerator<Statement> {
  let after = { at: from, id: "" };
  for (;;) {
    const acts = await db
      .selectFrom("act")
      .select(["id", "at", "kind", "postId", "ruleId", "ruleBoardId", "ruleVersion", "endsAt"])
      .where("kind", "in", [...RESTRICTING])
      // Brought over with a ban from elsewhere: that statement was the other site's to give.
      .where("staffId", "!=", "import")
      .where("at", "<", until)
      .where((row) =>
        row.or([
          row("at", ">", after.at),
          row.and([row("at", "=", after.at), row("id", ">", after.id)]),
        ]),
      )
      .orderBy("at")
      .orderBy("id")
      .limit(PAGE)
      .execute();
    for (const act of acts) yield await statementOf(db, act);
    const last = acts.at(-1);
    if (last === undefined || acts.length < PAGE) return;
    after = last;
  }
}

async function statementOf(db: Db, act: ActRow): Promise<Statement> {
  const post =
    act.postId === null
      ? undefined
      : await db
          .selectFrom("post")
          .select(["createdAt", "text"])
          .where("id", "=", act.postId)
          .executeTakeFirst();
  const files =
    act.postId === null
      ? []
      : await db
          .selectFrom("post_media")
          .innerJoin("media as file", "file.sha256", "post_media.sha256")
          .select("file.kind")
          .where("postId", "=", act.postId)
          .execute();
  const item =
    act.postId === null
      ? undefined
      : await db
          .selectFrom("queue_item")
          .select(["id", "category"])
          .where("postId", "=", act.postId)
          .executeTakeFirst();
  const sources =
    item === undefined
      ? []
      : await db
          .selectFrom("report")
          .select(["source"])
          .where("itemId", "=", item.id)
          .where("at", "<=", act.at)
          .execute();
  const told = sources.filter(({ source }) => source === "visitor" || source === "provider");
  const detected =
    act.postId === null
      ? undefined
      : await db
          .selectFrom("detection")
          .select("at")
          .where("postId", "=", act.postId)
          .executeTakeFirst();
  const matched = detected !== undefined;
  const rule = (await ruleText(db, act))?.en ?? "The rules of the site";
  const category: Category | null = item?.category ?? null;
  return {
    ...restrictionOf(act),
    decision_ground: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    incompatible_content_ground: rule.slice(0, 500),
    incompatible_content_explanation:
      `Staff of the board found that it breaks this rule: ${rule}`.slice(0, 2000),
    // Only the rule that speaks of the law says so; whether it is so is for courts.
    incompatible_content_illegal: act.ruleId === "law" ? "Yes" : "No",
    content_type: contentOf(
      post?.text ?? "",
      files.map(({ kind }) => kind),
    ),
    category: `STATEMENT_CATEGORY_${category === null ? "OTHER_VIOLATION_TC" : factsOf(category).dsa}`,
    ...keywordsOf(category),
    content_date: day(post?.createdAt ?? act.at),
    application_date: day(act.at),
    decision_facts: factsText(act.kind, category, told.length, matched),
    source_type: told.length > 0 ? "SOURCE_TYPE_OTHER_NOTIFICATION" : "SOURCE_VOLUNTARY",
    automated_detection: matched ? "Yes" : "No",
    // A list or a report may hide a post until somebody looks; an act is always a person's.
    automated_decision: "AUTOMATED_DECISION_NOT_AUTOMATED",
    puid: puidOf(act.id),
  };
}

/** The act's own id opens its page and its appeal: a number that follows from it does not. */
function puidOf(actId: string): string {
  return createHash("sha256").update(`statement ${actId}`).digest("base64url").slice(0, 32);
}

function restrictionOf({ kind, endsAt }: ActRow) {
  if (kind === "ban") {
    return {
      decision_provision: "DECISION_PROVISION_PARTIAL_SUSPENSION",
      ...(endsAt === null ? {} : { end_date_service_restriction: day(endsAt) }),
    } as const;
  }
  const what = kind === "hide" ? "CONTENT_DISABLED" : "CONTENT_REMOVED";
  return { decision_visibility: [`DECISION_VISIBILITY_${what}` as const] };
}

const FAMILY_TYPES = { image: "IMAGE", video: "VIDEO", audio: "AUDIO", document: "OTHER" } as const;

function contentOf(text: string, kinds: readonly MediaKind[]): Statement["content_type"] {
  const types = new Set<Statement["content_type"][number]>();
  if (text.trim() !== "" || kinds.length === 0) types.add("CONTENT_TYPE_TEXT");
  for (const kind of kinds) {
    const type = FAMILY_TYPES[familyOf(kind)];
    // Other kinds would have to be named; a document beside text is text here.
    types.add(type === "OTHER" ? "CONTENT_TYPE_TEXT" : `CONTENT_TYPE_${type}`);
  }
  return [...types];
}

function keywordsOf(
  category: Category | null,
): Pick<Statement, "category_specification" | "category_specification_other"> {
  if (category === null) return {};
  const { keywords } = factsOf(category);
  const other = keywords.includes("OTHER") ? { category_specification_other: category } : {};
  return {
    category_specification: keywords.map((name) => `KEYWORD_${name}` as const),
    ...other,
  };
}

function factsText(
  kind: string,
  category: Category | null,
  reports: number,
  matched: boolean,
): string {
  const what = { hide: "hidden", ban: "answered by a ban from posting" }[kind] ?? "removed";
  const about = category === null ? "" : ` under «${category}»`;
  const how = [
    reports === 0 ? "" : `${reports} ${reports === 1 ? "person" : "people"} reported it${about}`,
    matched ? "it matched a list of known content" : "",
  ].filter((part) => part !== "");
  const found = how.length === 0 ? "staff found it by themselves" : how.join("; ");
  return `A post on an imageboard was ${what} by a member of its staff: ${found}.`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
