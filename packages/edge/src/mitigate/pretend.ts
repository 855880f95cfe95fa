import type { ZoneReport } from "#mitigate/observation.ts";
import type { Mitigation } from "#mitigate/rule.ts";
import { bears } from "#mitigate/signature.ts";

/** The report as it would be if the rules were enforced: for a zone that is only watched. */
export function pretend(report: ZoneReport, rules: readonly Mitigation[]): ZoneReport {
  if (rules.length === 0) return report;
  const stopped = new Map<string, number>();
  const samples = report.samples.filter(({ features, known, weight }) => {
    const rule = known ? undefined : rules.find(({ signature }) => bears(features, signature));
    if (rule !== undefined) stopped.set(rule.id, (stopped.get(rule.id) ?? 0) + weight);
    return rule === undefined;
  });
  const arrived = report.arrived - [...stopped.values()].reduce((sum, n) => sum + n, 0);
  return { ...report, arrived, samples, stopped };
}
