import { join } from "node:path";
import type { Appeal } from "@egide/contract/appeal.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { bansSchema } from "#ban/message.ts";
import { ask } from "#control/client.ts";
import { mitigationsSchema } from "#mitigation/message.ts";

/**
 * Takes back what a contested decision rested on, in the running process. Answers what was done, in
 * words. Throws AppError where nothing runs.
 */
export async function liftFor({ receipt, address }: Appeal, state: string): Promise<string> {
  const socket = join(state, "egide.sock");
  switch (receipt.kind) {
    case "mitigation": {
      const { rules } = await ask(socket, { op: "mitigation" }, mitigationsSchema);
      const rule = rules.find(({ id, zone }) => id === receipt.rule && zone === receipt.zone);
      // Ids begin anew with each process: what was made after the refusal is another rule.
      if (rule === undefined || Date.now() - rule.age > Date.parse(receipt.time) + 1000) {
        return `mitigation ${receipt.rule} has ended already`;
      }
      await ask(socket, { op: "mitigation", lift: receipt.rule }, mitigationsSchema);
      return `mitigation ${receipt.rule} is lifted`;
    }
    case "ban": {
      if (address === null) {
        return "contested from another address: lift the ban with egide ban lift --address";
      }
      const listed = await ask(socket, { op: "ban", what: "list" }, bansSchema);
      const all = "bans" in listed ? listed.bans : [];
      const prefixes = all
        .map(({ prefix }) => prefix)
        .filter((prefix) => new CidrSet([prefix]).has(address));
      if (prefixes.length === 0) return `${address} is not banned any more`;
      await ask(socket, { op: "ban", what: "lift", prefixes }, bansSchema);
      return `lifted: the ban of ${prefixes.join(", ")}`;
    }
    case "rule":
    case "limit":
      return `yours to change: ${receipt.rule} in the rules of ${receipt.zone}, then egide check and a reload`;
    case "bot":
      return `yours to change: bots.${receipt.rule} of ${receipt.zone}`;
    case "waf":
      return `yours to change: an exclusion for rule ${receipt.rule} in ${receipt.zone} (docs/guide/rules.md)`;
  }
}
