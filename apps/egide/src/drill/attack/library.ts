import type { Attack } from "#drill/attack/attack.ts";
import { HTTP_ATTACKS } from "#drill/attack/http.ts";
import { PROTOCOL_ATTACKS } from "#drill/attack/protocol.ts";

const MIXED = ["quiet", "cache-busting", "stuffing", "slow-headers", "rapid-reset"];

const mix: Attack = {
  name: "mix",
  about: `several at once: ${MIXED.join(", ")}`,
  start(field) {
    const parts = [...HTTP_ATTACKS, ...PROTOCOL_ATTACKS]
      .filter(({ name }) => MIXED.includes(name))
      .map(({ start }) => start({ ...field, rate: field.rate / 2 }));
    return {
      stop() {
        for (const part of parts) part.stop();
      },
    };
  },
};

/** All attacks that a drill can play, in the order in which it plays them. */
export const ATTACKS: readonly Attack[] = [...HTTP_ATTACKS, ...PROTOCOL_ATTACKS, mix];
