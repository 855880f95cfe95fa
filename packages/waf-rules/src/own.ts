import type { RuleFile } from "@egide/waf/rule-set.ts";
import setup from "../rules/egide-00-setup.conf" with { type: "text" };
import protocol from "../rules/egide-10-protocol.conf" with { type: "text" };
import scanners from "../rules/egide-20-scanners.conf" with { type: "text" };
import files from "../rules/egide-30-files.conf" with { type: "text" };
import commands from "../rules/egide-40-commands.conf" with { type: "text" };
import languages from "../rules/egide-50-languages.conf" with { type: "text" };
import sql from "../rules/egide-60-sql.conf" with { type: "text" };
import script from "../rules/egide-70-script.conf" with { type: "text" };
import verdict from "../rules/egide-90-verdict.conf" with { type: "text" };

/** Ids of the rules that come along; nobody else uses this range. */
export const OWN_IDS = { from: 5_000_000, to: 5_099_999 } as const;

/** The rule set that comes along, for installations without another. Its files are plain ASCII. */
export const ownRules: readonly RuleFile[] = [
  { name: "egide-00-setup.conf", text: setup },
  { name: "egide-10-protocol.conf", text: protocol },
  { name: "egide-20-scanners.conf", text: scanners },
  { name: "egide-30-files.conf", text: files },
  { name: "egide-40-commands.conf", text: commands },
  { name: "egide-50-languages.conf", text: languages },
  { name: "egide-60-sql.conf", text: sql },
  { name: "egide-70-script.conf", text: script },
  { name: "egide-90-verdict.conf", text: verdict },
];
