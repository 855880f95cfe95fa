import { createHash } from "node:crypto";

/** SHA-1 of the value, as 20 raw bytes. */
export function sha1(value: string): string {
  return createHash("sha1").update(value, "latin1").digest("latin1");
}

/** MD5 of the value, as 16 raw bytes. */
export function md5(value: string): string {
  return createHash("md5").update(value, "latin1").digest("latin1");
}
