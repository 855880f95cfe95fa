/**
 * One Prometheus text out of those of several workers: counters, histograms and gauges of the same
 * name and labels are added up (exposition format 0.0.4). Comments come once.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { comments: string[]; samples: Map<string, number> }>();
  for (const text of texts) {
    let family = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const comment = /^# (?:HELP|TYPE) (\S+)/.exec(line);
      if (comment !== null) {
        family = comment[1] as string;
        const entry = families.get(family) ?? { comments: [], samples: new Map<string, number>() };
        if (!entry.comments.includes(line)) entry.comments.push(line);
        families.set(family, entry);
        continue;
      }
      const cut = line.lastIndexOf(" ");
      if (cut < 0 || line.startsWith("#")) continue;
      const entry = families.get(family) ?? { comments: [], samples: new Map<string, number>() };
      families.set(family, entry);
      const series = line.slice(0, cut);
      entry.samples.set(series, (entry.samples.get(series) ?? 0) + Number(line.slice(cut + 1)));
    }
  }
  let out = "";
  for (const { comments, samples } of families.values()) {
    for (const comment of comments) out += `${comment}\n`;
    for (const [series, value] of samples) out += `${series} ${value}\n`;
  }
  return out;
}
