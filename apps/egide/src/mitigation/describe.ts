import { percent, perSecond } from "@egide/edge/mitigate/explain.ts";
import type { Mitigations } from "#mitigation/message.ts";

type Rule = Mitigations["rules"][number];

/** The screen that says what is held off and why, with the last `most` things that were done. */
export function describe({ rules, past }: Mitigations, most: number): string {
  const lines = rules.length === 0 ? ["Nothing is being held off."] : rules.flatMap(ruleLines);
  const shown = past.slice(-most);
  if (shown.length > 0) {
    const more = past.length - shown.length;
    lines.push("", more > 0 ? `Lately (${more} more with --all):` : "Lately:");
    const width = Math.max(...shown.map(({ ago }) => span(ago).length));
    for (const { ago, zone, text } of shown) {
      lines.push(`  ${span(ago).padStart(width)} ago  ${zone}: ${text}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function ruleLines(rule: Rule, at: number): string[] {
  const { id, zone, evidence, enforced } = rule;
  const watching = enforced ? "" : ", only watched: nobody is stopped";
  const lines = [
    `${id}  ${zone}  for ${span(rule.age)}${watching}`,
    `  noticed   ${rule.why}: ${perSecond(evidence.rate)} such requests a second, ${perSecond(evidence.expected)} are usual`,
    `  means     ${rule.expression}`,
    `  does      ${rule.does} (${rule.measure})`,
    `  stopped   ${perSecond(rule.rate)} requests a second now, ${rule.stopped.toLocaleString("en")} in all`,
    `  rests on  ${percent(evidence.coverage)} of what is too much is like this, ${percent(evidence.collateral)} of ordinary requests are`,
    `            of who sent it, as far as can be told, ${percent(evidence.people)} behave like people, ${percent(evidence.machines)} like machines`,
    `  ends      in ${span(rule.left)} if nothing more comes; now: egide mitigation lift ${id}`,
  ];
  return at === 0 ? lines : ["", ...lines];
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
