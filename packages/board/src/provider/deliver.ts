import { type Message, messageSchema } from "@egide/contract/abuse/message.ts";
import { sealMessage } from "@egide/contract/abuse/sealed.ts";
import { type Xarf, urlOf } from "@egide/contract/abuse/xarf.ts";
import type { Deliver } from "@egide/sql/outbox/outbox.ts";
import { factsOf } from "#moderation/category.ts";
import { mediaSettler, SETTLE } from "#moderation/service/media.ts";
import { type Call, callSchema } from "#provider/alert.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { takeAnswer } from "#provider/intake.ts";
import { sendMail } from "#provider/mail.ts";
import { KINDS } from "#provider/message.ts";
import { letFilesGo, purges } from "#provider/purge.ts";
import { failed, postJson } from "#provider/send.ts";
import type { Delivery } from "#settings/provider.ts";

/** What the outbox calls for the messages of this room. Each may run twice: receivers know ids. */
export function deliveries(deps: ProviderDeps): Readonly<Record<string, Deliver>> {
  return {
    [SETTLE]: mediaSettler(deps.store, deps.media, async (trx, sha256) =>
      letFilesGo(trx, deps, [sha256], deps.clock.now()),
    ),
    ...messages(deps),
    [KINDS.alert]: ({ payload }) => deliverCall(deps, callSchema.parse(payload)),
    ...purges(deps),
  };
}

/** What was said to a provider that is not set any more waits until there is one. */
function messages(deps: ProviderDeps): Readonly<Record<string, Deliver>> {
  const { delivery } = deps.settings;
  if (delivery === null) return {};
  return {
    [KINDS.message]: ({ payload }) => deliverMessage(deps, delivery, messageSchema.parse(payload)),
  };
}

async function deliverMessage(
  deps: ProviderDeps,
  delivery: Delivery,
  message: Message,
): Promise<void> {
  let reference: string | null = null;
  if (delivery.kind === "egide") {
    const sealed = JSON.stringify(sealMessage(message, deps.key));
    const answer = await postJson(delivery.url, sealed);
    // Without a signed receipt nobody knows that it arrived, whatever the status said.
    ({ reference } = takeAnswer(deps, message.id, answer));
  } else if (message.kind === "report") {
    if (delivery.kind === "xarf") {
      await postJson(delivery.url, JSON.stringify(message.body), delivery.headers);
    } else {
      await mailReport(deps, delivery.to, message.body);
    }
  }
  if (message.kind === "report") {
    await deps.store.kysely
      .updateTable("escalation")
      .set({ deliveredAt: deps.clock.now(), reference })
      .where("id", "=", message.body.report_id)
      .where("deliveredAt", "is", null)
      .execute();
  }
}

async function mailReport({ settings }: ProviderDeps, to: string, xarf: Xarf): Promise<void> {
  const { smtp, contact } = settings;
  if (smtp === null) throw failed("board.mail", true, "No mail server is set.");
  const isLife = xarf.type === "x_threat_to_life";
  await sendMail(smtp, {
    to,
    subject: `${isLife ? "[THREAT TO LIFE] " : ""}Abuse report ${xarf.report_id}: ${xarf.type}`,
    text: `${contact.org} reports ${urlOf(xarf)}\n\n${xarf.description ?? ""}\n\nThe attached file is an XARF ${xarf.xarf_version} report (https://xarf.org).\n`,
    messageId: xarf.report_id,
    urgent: isLife,
    attachment: { filename: "xarf.json", json: JSON.stringify(xarf, null, 2) },
  });
}

/** Calls, unless somebody acknowledged in the meantime, or the post was decided on. */
async function deliverCall(deps: ProviderDeps, call: Call): Promise<void> {
  const { store, settings, siteUrl } = deps;
  const row = await store.kysely
    .selectFrom("alert")
    .innerJoin("queue_item", "queue_item.id", "alert.itemId")
    .innerJoin("board as home", "home.id", "queue_item.boardId")
    .select([
      "alert.acknowledgedAt",
      "alert.raisedAt",
      "queue_item.id as itemId",
      "queue_item.waiting",
      "queue_item.category",
      "queue_item.reports",
      "queue_item.no",
      "home.uri",
    ])
    .where("alert.id", "=", call.alert)
    .executeTakeFirst();
  if (row === undefined || row.acknowledgedAt !== null || row.waiting === 0) return;
  const body = {
    kind: "egide.alert",
    alert: call.alert,
    level: call.level,
    category: row.category,
    lane: factsOf(row.category).lane,
    raised: new Date(row.raisedAt).toISOString(),
    // No word of the post: a call goes over systems that are not ours.
    post: `/${row.uri}/ No. ${row.no}`,
    reports: row.reports,
    item: `${siteUrl}/staff/item/${row.itemId}`,
    acknowledge: `${siteUrl}/staff/on-call/${call.token}`,
  };
  if (call.way === "webhook") await postJson(call.to, JSON.stringify(body));
  else await mailCall(settings, call, body);
  await store.kysely
    .updateTable("alert")
    .set({ level: call.level, nextAt: nextCall(deps, row.raisedAt, call.level) })
    .where("id", "=", call.alert)
    .where("level", "<", call.level)
    .where("acknowledgedAt", "is", null)
    .execute();
}

function nextCall({ settings }: ProviderDeps, raisedAt: number, level: number): number | null {
  const { levels, minutes } = settings.onCall;
  return level + 1 < levels.length ? raisedAt + (level + 1) * minutes * 60_000 : null;
}

async function mailCall(
  { smtp }: ProviderDeps["settings"],
  call: Call,
  body: { post: string; category: string; reports: number; item: string; acknowledge: string },
): Promise<void> {
  if (smtp === null) throw failed("board.mail", true, "No mail server is set.");
  const { post, category, reports, item, acknowledge } = body;
  await sendMail(smtp, {
    to: call.to,
    subject: `[${category}] ${post}`,
    text: `Reported as ${category}: ${post} (${reports})\n\nLook / Voir : ${item}\nI am on it / Je m’en occupe : ${acknowledge}\n`,
    messageId: `alert-${call.alert}-${call.level}`,
    urgent: true,
  });
}
