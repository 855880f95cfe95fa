import type { ZoneKeys } from "#issue/keys.ts";
import { isSealed, seal, unwrap } from "#issue/token.ts";

const TYPE = 0x41;
/** type, expiry, name filled up with zeros */
const LENGTH = 1 + 4 + 32;

/** Text for the field `Egide-Client` of a program that the zone lets pass by this name. */
export function issueClientToken(keys: ZoneKeys, name: string, until: number): string {
  const payload = Buffer.alloc(LENGTH);
  payload[0] = TYPE;
  payload.writeUInt32BE(until, 1);
  payload.write(name, 5, 32, "latin1");
  return seal(keys.lasting, payload);
}

/** The name in a token of this zone that is still good, or null. */
export function readClientToken(keys: ZoneKeys, text: string, now: number): string | null {
  const bytes = unwrap(text, LENGTH);
  if (bytes === null || bytes[0] !== TYPE || !isSealed(keys.lasting, bytes)) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, LENGTH);
  if (view.readUInt32BE(1) <= now) return null;
  const end = view.indexOf(0, 5);
  return view.toString("latin1", 5, end < 0 ? LENGTH : end);
}
