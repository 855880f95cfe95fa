import { FAMILIES, FAMILY_NAMES, type Family } from "#log/metrics/family.ts";
import type { Entry, SharedMetrics } from "#log/metrics/shared.ts";

/** Media type of the text format (Prometheus exposition format, version 0.0.4). */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All families with a series, as Prometheus reads them. */
export function renderMetrics(metrics: SharedMetrics): string {
  const byFamily = Map.groupBy(metrics.entries(), (entry) => entry.family);
  let text = "";
  for (const name of FAMILY_NAMES) {
    const family: Family = FAMILIES[name];
    const entries = byFamily.get(name) ?? [];
    if (entries.length === 0) continue;
    text += heading(family.name, family.kind, family.help);
    for (const entry of entries) {
      text +=
        family.kind === "histogram"
          ? histogram(family, entry, metrics)
          : single(family, entry, metrics);
    }
  }
  return text;
}

export function heading(name: string, kind: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`;
}

function single(family: Family, entry: Entry, metrics: SharedMetrics): string {
  const labels = labelText(family.labels, entry.labels);
  const braces = labels === "" ? "" : `{${labels}}`;
  return `${family.name}${braces} ${metrics.sum(entry.slot)}\n`;
}

function histogram(family: Family, entry: Entry, metrics: SharedMetrics): string {
  const bounds = family.buckets ?? [];
  const labels = labelText(family.labels, entry.labels);
  const comma = labels === "" ? "" : `${labels},`;
  let text = "";
  let count = 0;
  for (let i = 0; i <= bounds.length; i++) {
    count += metrics.sum(entry.slot + i);
    text += `${family.name}_bucket{${comma}le="${bounds[i] ?? "+Inf"}"} ${count}\n`;
  }
  const braces = labels === "" ? "" : `{${labels}}`;
  text += `${family.name}_sum${braces} ${metrics.sum(entry.slot + bounds.length + 1)}\n`;
  return `${text}${family.name}_count${braces} ${count}\n`;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, i) => `${name}="${escapeLabel(values[i] ?? "")}"`).join(",");
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
