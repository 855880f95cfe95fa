import { Secret } from "#app/secret.ts";
import { Sealing } from "#media/store/sealing.ts";

/** What seals files, derived from the installation's one secret. */
export function sealingOf(secret: Uint8Array): Sealing {
  return new Sealing(new Secret(secret).of("sealed files"));
}
