import type { Row } from "./table.ts";

const COLOURS: Record<string, string> = {
  egide: "#0b6e4f",
  nginx: "#5b7db1",
  haproxy: "#b5793c",
  varnish: "#8a5ba8",
  caddy: "#8c8c8c",
};

/** Bars of each peer's cost as a multiple of nginx's, a row of bars a workload. */
export function svg(rows: readonly Row[], names: readonly string[], title: string): string {
  const bar = 13;
  const block = names.length * bar + 16;
  const width = 900;
  const left = 270;
  const scale = (width - left - 70) / 3;
  const height = rows.length * block + 70;
  const parts = rows.map((row, r) => {
    const top = 50 + r * block;
    const base = row.cost["nginx"] ?? Number.NaN;
    const bars = names.map((name, n) => {
      const cost = row.cost[name];
      if (cost === undefined || Number.isNaN(base)) return "";
      const ratio = cost / base;
      const length = Math.max(1, Math.min(3, ratio) * scale);
      const y = top + n * bar;
      return `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${bar - 2}" fill="${COLOURS[name] ?? "#444"}"/><text x="${(left + length + 5).toFixed(1)}" y="${y + 9.5}" font-size="10">${name} ${ratio.toFixed(2)}</text>`;
    });
    return `<text x="8" y="${top + 12}" font-size="12">${row.workload}</text>${bars.join("")}`;
  });
  const one = left + scale;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img"><title>${title}</title><rect width="100%" height="100%" fill="#fff"/><text x="8" y="24" font-size="15" font-weight="600">${title}</text>${parts.join("")}<line x1="${one}" y1="40" x2="${one}" y2="${height - 15}" stroke="#999" stroke-dasharray="3 3"/></svg>\n`;
}
