import type { Attack } from "#drill/attack/attack.ts";
import { DISGUISES } from "#drill/attack/disguise.ts";
import { H2_ATTACKS } from "#drill/attack/h2.ts";
import { HTTP_ATTACKS } from "#drill/attack/http.ts";
import { IMITATIONS } from "#drill/attack/imitation.ts";
import { CONNECTION_ATTACKS } from "#drill/attack/connections.ts";

const SINGLE: readonly Attack[] = [
  ...HTTP_ATTACKS,
  ...IMITATIONS,
  ...DISGUISES,
  ...H2_ATTACKS,
  ...CONNECTION_ATTACKS,
];
const MIXED = ["quiet", "cache-busting", "stuffing", "slow-headers", "rapid-reset"];

const mix: Attack = {
  name: "mix",
  about: `several at once: ${MIXED.join(", ")}`,
  start(field) {
    const parts = SINGLE.filter(({ name }) => MIXED.includes(name)).map(({ start }) =>
      start({ ...field, rate: field.rate / 2 }),
    );
    return {
      stop() {
        for (const part of parts) part.stop();
      },
    };
  },
};

/** All attacks that a drill can play, in the order in which it plays them. */
export const ATTACKS: readonly Attack[] = [...SINGLE, mix];
