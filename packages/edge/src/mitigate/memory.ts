import { hkdfSync } from "node:crypto";
import { createLimitMemory, type LimitMemory } from "@egide/limit/cells.ts";
import { createVisitorMemory } from "#mitigate/visitor-book.ts";

/** What all threads of a process share to hold off attacks: made by the main thread. */
export interface MitigationMemory {
  readonly visitors: SharedArrayBuffer;
  readonly paces: LimitMemory;
  /** 8 bytes under which visitors' keys are made. */
  readonly secret: Uint8Array;
}

const PACE_BYTES = 2 << 20;

/** `secret`: of the installation, so that a newer process knows the same visitors. */
export function createMitigationMemory(secret: Uint8Array): MitigationMemory {
  return {
    visitors: createVisitorMemory(),
    paces: createLimitMemory(PACE_BYTES),
    secret: new Uint8Array(hkdfSync("sha256", secret, "", "egide known visitors v1", 8)),
  };
}
