import { dirname, join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { readyExclusions } from "@egide/waf-rules/exclusions.ts";
import { ownRules } from "@egide/waf-rules/own.ts";
import { Inspector, type InspectorOptions } from "#inspect/inspector.ts";

/** Of this machine: where a Core Rule Set is installed, and where samples of requests are kept. */
export interface InspectFolders {
  readonly rules: string;
  readonly samples: string;
}

export function openInspector(
  { rules, samples }: InspectFolders,
  options: Pick<InspectorOptions, "worker" | "report" | "writeAddress">,
): Inspector {
  return new Inspector({
    ...options,
    // Not the turn's: what is measured happens within one turn.
    clock: systemClock,
    places: {
      installed: rules,
      system: "/usr/share/modsecurity-crs",
      systemSetup: "/etc/modsecurity/crs",
    },
    stock: { own: ownRules, ready: readyExclusions },
    samples,
    patterns: samples === "" ? null : join(dirname(samples), "patterns"),
    random: Math.random,
  });
}
