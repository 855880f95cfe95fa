import type { ZoneKeys } from "#issue/keys.ts";
import { fillRandom, SKEW_SECONDS } from "#issue/ticket.ts";
import { isSealed, seal, unwrap } from "#issue/token.ts";

const TYPE = 0x21;
const LENGTH = 27;
const KINDS = ["wait", "proof", "pressed", "interactive"] as const;

/**
 * By what it was bought: waiting without a script; work; waiting and then pressing a button; pressing
 * one and then work.
 */
export type ClearanceKind = (typeof KINDS)[number];

/** That a visitor met a challenge. Names no person: the session is random, the rest keyed numbers. */
export interface Clearance {
  readonly kind: ClearanceKind;
  /** Seconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** 12 characters; the same for as long as the clearance lasts. */
  readonly session: string;
  readonly sessionId: readonly [number, number];
  /** Of the network that bought it; 0: bound to none. */
  readonly network: number;
  /** Of the User-Agent; 0: bound to none. */
  readonly agent: number;
}

const payload = Buffer.alloc(LENGTH);

export function grantClearance(
  keys: ZoneKeys,
  kind: ClearanceKind,
  seconds: number,
  network: number,
  agent: number,
  now: number,
): string {
  payload[0] = TYPE;
  payload[1] = KINDS.indexOf(kind);
  payload.writeUInt32BE(now, 2);
  payload.writeUInt32BE(now + seconds, 6);
  fillRandom(payload, 10, 19);
  payload.writeInt32BE(network, 19);
  payload.writeInt32BE(agent, 23);
  return seal(keys.at(now), payload);
}

/** Null: none of this zone, or no longer. Who bears it is for the caller to compare. */
export function readClearance(
  keys: ZoneKeys,
  text: string,
  longest: number,
  now: number,
): Clearance | null {
  const bytes = unwrap(text, LENGTH);
  if (bytes === null || bytes[0] !== TYPE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const since = view.getUint32(2);
  const until = view.getUint32(6);
  if (since > now + SKEW_SECONDS || until <= now || until - since > longest) return null;
  const kind = KINDS[bytes[1] as number];
  if (kind === undefined || !isSealed(keys.at(since), bytes)) return null;
  return {
    kind,
    since,
    until,
    session: Buffer.from(bytes.buffer, bytes.byteOffset + 10, 9).toString("base64url"),
    sessionId: [view.getInt32(10), view.getInt32(14)],
    network: view.getInt32(19),
    agent: view.getInt32(23),
  };
}
