import { type KeyObject, randomUUID } from "node:crypto";
import type { Message, MessageOf } from "@egide/contract/abuse/message.ts";
import { REMEMBER_MS } from "@egide/contract/abuse/replay.ts";
import { expectKind, openMessage, type Sealed, sealMessage } from "@egide/contract/abuse/sealed.ts";
import { publicKeyOf } from "@egide/contract/signing.ts";
import { AppError } from "@egide/std/error.ts";
import { bad } from "#moderation/service/deps.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { failed } from "#provider/send.ts";
import type { Delivery } from "#settings/provider.ts";
import type { Db } from "#store/open.ts";

/** Where the provider's messages come in. */
export const INTAKE_PATH = "/abuse/v1/messages";

type EgideDelivery = Extract<Delivery, { kind: "egide" }>;

function peerOf({ settings }: ProviderDeps): EgideDelivery {
  if (settings.delivery?.kind === "egide") return settings.delivery;
  // Whoever sends it has the wrong address: nothing is broken here.
  throw bad("board.no_intake", "This board takes no messages of a provider.");
}

/** Opens what the provider sealed: with any of its keys, one of which may be on its way out. */
function open(deps: ProviderDeps, input: unknown): Message {
  const { party, keys } = peerOf(deps);
  const now = deps.clock.now();
  let error: unknown = failed("board.no_provider", false, "No key of the provider can be read.");
  let hasWord = false;
  for (const text of keys) {
    const key = publicKeyOf(text);
    if (key === null) continue;
    const trusted: ReadonlyMap<string, KeyObject> = new Map([[party, key]]);
    try {
      return openMessage(input, { trusted, self: deps.settings.contact.domain, now });
    } catch (thrown) {
      // The word of the key that signed it says more than that of one that did not.
      const isStranger = thrown instanceof AppError && thrown.code === "abuse.unknown_key";
      if (!isStranger || !hasWord) error = thrown;
      hasWord ||= !isStranger;
    }
  }
  throw error;
}

/**
 * Takes a message of the provider, once: its id and its effect are written together. The same
 * message, sent again, is answered like the first time and does nothing.
 */
export async function takeMessage(deps: ProviderDeps, input: unknown): Promise<Sealed> {
  const message = expectKind(open(deps, input), "received", "status", "notice", "purged");
  const { store, clock } = deps;
  await store.transaction(async (trx) => {
    const now = clock.now();
    const taken = await trx
      .insertInto("abuse_seen")
      .values({ id: message.id, at: now })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .executeTakeFirst();
    if (Number(taken.numInsertedOrUpdatedRows ?? 0) === 0) return;
    await apply(trx, message, now);
    // Ids that no message could come under any more.
    await trx
      .deleteFrom("abuse_seen")
      .where("at", "<", now - REMEMBER_MS)
      .execute();
  });
  return sealMessage(
    {
      format: 1,
      id: randomUUID(),
      issued: new Date(clock.now()).toISOString(),
      from: deps.settings.contact.domain,
      to: message.from,
      kind: "received",
      body: { message: message.id, reference: message.id },
    },
    deps.key,
  );
}

type Taken = MessageOf<"received" | "status" | "notice" | "purged">;

async function apply(trx: Db, message: Taken, now: number): Promise<void> {
  switch (message.kind) {
    case "status":
      return applyStatus(trx, message);
    case "notice":
      return applyNotice(trx, message, now);
    case "purged":
      await trx
        .updateTable("tombstone")
        .set({ providerAt: Date.parse(message.body.purgedAt) })
        .where("actId", "=", message.body.act)
        .execute();
      return;
    case "received":
      return;
  }
}

/** The word with the highest number counts, whichever came last (contract: sequence.ts). */
async function applyStatus(trx: Db, { body }: MessageOf<"status">): Promise<void> {
  await trx
    .updateTable("escalation")
    .set({
      sequence: body.sequence,
      state: body.state,
      text: body.forwardedTo === undefined ? body.text : `${body.text} (${body.forwardedTo})`,
      stateAt: Date.parse(body.at),
    })
    .where("id", "=", body.report)
    .where("sequence", "<", body.sequence)
    .execute();
}

async function applyNotice(trx: Db, { id, body }: MessageOf<"notice">, now: number): Promise<void> {
  await trx
    .insertInto("inbox_notice")
    .values({
      message: id,
      at: now,
      type: body.type,
      reference: body.reference,
      body: JSON.stringify(body),
      answerBy: body.answerBy === undefined ? null : Date.parse(body.answerBy),
      state: "new",
      readBy: null,
      readAt: null,
      answer: "",
    })
    .execute();
}

/** What the provider's intake answered: a signed receipt, or the message has not arrived. */
export function takeAnswer(
  deps: ProviderDeps,
  sentId: string,
  answer: unknown,
): MessageOf<"received">["body"] {
  let received: MessageOf<"received">;
  try {
    received = expectKind(open(deps, answer), "received");
  } catch (cause) {
    throw failed("board.no_receipt", true, "The provider's answer is no signed receipt.", cause);
  }
  if (received.body.message !== sentId) {
    throw failed("board.no_receipt", true, "The receipt is for another message.");
  }
  return received.body;
}
