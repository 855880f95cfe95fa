import { z } from "zod";
import { figuresSchema } from "#abuse/figures.ts";
import { noticeSchema } from "#abuse/notice.ts";
import { purgedSchema, tombstoneSchema } from "#abuse/removal.ts";
import { receivedSchema, statusSchema } from "#abuse/status.ts";
import { xarfSchema } from "#abuse/xarf.ts";

/** Names a party: the host under which its key is published. */
export const partySchema = z.string().regex(/^[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?$/, {
  error: "not a party: a host name in lower case, with a port where it has one",
});

const head = {
  format: z.literal(1),
  /** Of this message: it is taken once, and sent again unchanged until it was. */
  id: z.uuid(),
  issued: z.iso.datetime(),
  /** Who speaks, and to whom: a message to one party is none to another. */
  from: partySchema,
  to: partySchema,
} as const;

/**
 * All that a board and its protection provider say to each other. Board to provider: `report`,
 * `tombstone`, `figures`, `received`. Provider to board: `received`, `status`, `notice`, `purged`.
 */
export const messageSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...head, kind: z.literal("report"), body: xarfSchema }),
  z.strictObject({ ...head, kind: z.literal("received"), body: receivedSchema }),
  z.strictObject({ ...head, kind: z.literal("status"), body: statusSchema }),
  z.strictObject({ ...head, kind: z.literal("notice"), body: noticeSchema }),
  z.strictObject({ ...head, kind: z.literal("tombstone"), body: tombstoneSchema }),
  z.strictObject({ ...head, kind: z.literal("purged"), body: purgedSchema }),
  z.strictObject({ ...head, kind: z.literal("figures"), body: figuresSchema }),
]);

export type Message = z.infer<typeof messageSchema>;
export type MessageKind = Message["kind"];
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>;

/** The JSON Schema of a message: docs/reference/abuse.schema.json. */
export function abuseJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(messageSchema, { io: "input", unrepresentable: "any" }),
    title: "Messages between a board and its protection provider",
  };
}
