import { randomFillSync } from "node:crypto";
import type { ZoneKeys } from "#issue/keys.ts";
import { isSealed, seal, tokenId, unwrap } from "#issue/token.ts";
import { MOST_SHARES, type Work } from "#kind/proof.ts";

/** Seconds in which a challenge must be met. */
export const TICKET_SECONDS = 300;
/** Seconds that the clocks of two nodes may differ by. */
export const SKEW_SECONDS = 120;

const TYPE = 0x11;
const LENGTH = 24;
const MODES = ["managed", "js", "interactive"] as const;

/** `managed`: work or a wait; `js`: work alone; `interactive`: a hand must begin it. */
export type Mode = (typeof MODES)[number];

/** A challenge as it was issued: nothing of it is kept on the server. */
export interface Ticket {
  readonly mode: Mode;
  readonly work: Work;
  /** Seconds to wait for who has no script; 0: waiting will not do. */
  readonly wait: number;
  /** Seconds since the epoch. */
  readonly issued: number;
  readonly id: readonly [number, number];
}

const payload = Buffer.alloc(LENGTH);
let random = Buffer.alloc(0);
let used = 0;

/** Random bytes by the page: a call for each ticket would cost more than the ticket. */
export function fillRandom(out: Uint8Array, from: number, to: number): void {
  const count = to - from;
  if (used + count > random.length) {
    random = randomFillSync(Buffer.alloc(4096));
    used = 0;
  }
  out.set(random.subarray(used, used + count), from);
  used += count;
}

export function issueTicket(
  keys: ZoneKeys,
  mode: Mode,
  work: Work,
  wait: number,
  now: number,
): string {
  payload[0] = TYPE;
  payload[1] = MODES.indexOf(mode);
  payload[2] = work.kind === "hash" ? 0 : 1;
  payload[3] = work.size;
  payload[4] = work.least;
  payload[5] = work.full;
  payload[6] = wait;
  payload[7] = 0;
  payload.writeUInt32BE(now, 8);
  fillRandom(payload, 12, LENGTH);
  return seal(keys.at(now), payload);
}

/** Null: no ticket of this zone. `"expired"`: it was one. */
export function readTicket(keys: ZoneKeys, text: string, now: number): Ticket | "expired" | null {
  const bytes = unwrap(text, LENGTH);
  if (bytes === null || bytes[0] !== TYPE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const issued = view.getUint32(8);
  // Before the MAC: else strangers could have keys worked out for days of their choice.
  if (issued > now + SKEW_SECONDS) return null;
  if (issued < now - TICKET_SECONDS) return "expired";
  const mode = MODES[bytes[1] as number];
  if (mode === undefined || !isSealed(keys.at(issued), bytes)) return null;
  return {
    mode,
    work: {
      kind: bytes[2] === 0 ? "hash" : "cycle",
      size: bytes[3] as number,
      least: bytes[4] as number,
      full: Math.min(MOST_SHARES, bytes[5] as number),
    },
    wait: bytes[6] as number,
    issued,
    id: tokenId(bytes),
  };
}
