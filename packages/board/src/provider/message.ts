import { randomUUID } from "node:crypto";
import type { MessageKind, MessageOf } from "@egide/contract/abuse/message.ts";
import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import type { Lane } from "@egide/sql/outbox/table.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import type { Db } from "#store/open.ts";

/** Names of what the outbox delivers for this room. */
export const KINDS = {
  message: "provider.message",
  alert: "provider.alert",
  purge: "provider.purge",
  forget: "provider.forget",
} as const;

/** Puts a message to the provider into the transaction; without a provider nothing is said. */
export async function tell<Kind extends MessageKind>(
  trx: Db,
  { settings }: Pick<ProviderDeps, "settings">,
  message: {
    readonly kind: Kind;
    readonly body: MessageOf<Kind>["body"];
    /** Said once under this name. */
    readonly key: string;
    readonly lane: Lane;
  },
  now: number,
): Promise<void> {
  const { delivery, contact } = settings;
  if (delivery === null) return;
  // Other providers understand reports and nothing else.
  if (delivery.kind !== "egide" && message.kind !== "report") return;
  const payload = {
    format: 1,
    id: randomUUID(),
    issued: new Date(now).toISOString(),
    from: contact.domain,
    to: delivery.kind === "egide" ? delivery.party : contact.domain,
    kind: message.kind,
    body: message.body,
  };
  await enqueue(trx, { kind: KINDS.message, key: message.key, payload, lane: message.lane }, now);
}
