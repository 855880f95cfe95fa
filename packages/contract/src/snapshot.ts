import { z } from "zod";
import type { Config } from "#config.ts";
import { type Order, orderSchema } from "#order.ts";
import { cidrSchema } from "#policy/address.ts";
import { limitsSchema } from "#policy/limits.ts";
import { listsSchema } from "#policy/rules.ts";
import { zoneSchema } from "#policy/zone.ts";

/**
 * What one edge enforces, whole and at once: plain JSON that any process can carry. Sockets, worker
 * counts and directories are the machine's own and stay out of it.
 */
export const snapshotSchema = z.strictObject({
  format: z.literal(1),
  /** Grows with each snapshot of one issuer; an edge never goes back. */
  version: z.int().min(1),
  created: z.iso.datetime(),
  limits: limitsSchema,
  trustedProxies: z.array(cidrSchema),
  operator: z.strictObject({ name: z.string(), url: z.string().optional() }).optional(),
  lists: listsSchema.default({}),
  zones: z.array(zoneSchema),
  orders: z.array(orderSchema),
});

export type Snapshot = z.infer<typeof snapshotSchema>;

export interface SnapshotStamp {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** Pure: the same configuration, orders and stamp give the same snapshot. */
export function compileSnapshot(
  config: Config,
  orders: readonly Order[],
  stamp: SnapshotStamp,
): Snapshot {
  return {
    format: 1,
    version: stamp.version,
    created: new Date(stamp.created).toISOString(),
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    ...(config.operator === undefined ? {} : { operator: config.operator }),
    lists: config.lists,
    zones: config.zones,
    orders: orders.map((order) => withBlockedBy(order, config)),
  };
}

/** RFC 7725 asks that a 451 names who blocks: the order's own word, else the operator's. */
function withBlockedBy(order: Order, config: Config): Order {
  const url = config.operator?.url;
  if (order.legal === undefined || order.legal.blockedBy !== undefined || url === undefined) {
    return order;
  }
  return { ...order, legal: { ...order.legal, blockedBy: url } };
}
