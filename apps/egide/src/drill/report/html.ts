import { dayMisses } from "#drill/day/figures.ts";
import type { DayResult } from "#drill/day/run.ts";
import { type Fared, hasReached } from "#drill/measure.ts";
import type { Shot } from "#drill/outcome.ts";
import { misses, ms, percent } from "#drill/report/table.ts";
import type { DrillResult } from "#drill/run.ts";

const WIDTH = 860;
const HEIGHT = 150;
const BINS_MS = 250;
/** Before and after an attack, so that the quiet is seen too. */
const MARGIN_MS = 5000;

/** The drill as one page: no script, nothing from elsewhere, light and dark. */
export function html(result: DrillResult): string {
  const sections = result.attacks.map((figures, i) => {
    const summary = `mitigated after ${ms(figures.mitigated)}; ${figures.reached} of ${figures.requests} requests reached the site; people: ${percent(figures.during.served)} served, ${percent(figures.during.challenged)} challenged, ${percent(figures.during.blocked)} blocked; p99 ${figures.before.p99.toFixed(0)} ms before, ${figures.held.p99.toFixed(0)} ms once mitigated`;
    return section(figures.name, summary, result, i);
  });
  const about = `Seed ${result.seed}, ${result.rate} requests a second.`;
  return page("Drill", about, misses(result.attacks), sections);
}

/** The same of a day without an attack. */
export function dayHtml(result: DayResult): string {
  const sections = result.events.map(({ name, came, others, done }, i) => {
    const fared = ({ served, challenged, blocked }: Fared): string =>
      `${percent(served)} served, ${percent(challenged)} challenged, ${percent(blocked)} blocked`;
    const summary = `Who came: ${fared(came)}. The others: ${fared(others)}. ${done.map(escaped).join(" ")}`;
    return section(name, summary, result, i);
  });
  return page("A day", `Seed ${result.seed}.`, dayMisses(result.events), sections);
}

/** What was played, for plots. */
type Played = Pick<DrillResult, "shots" | "people" | "spans">;

function section(name: string, summary: string, played: Played, i: number): string {
  const { from, to } = played.spans[i] ?? { from: 0, to: 0 };
  return `<section><h2>${name}</h2><p>${summary}</p>${plot(played, from, to)}</section>`;
}

function page(
  title: string,
  about: string,
  missed: readonly string[],
  sections: readonly string[],
): string {
  const verdict =
    missed.length === 0
      ? "<p>All goals were met.</p>"
      : `<p>Missed, the worst last:</p><ul>${missed.map((text) => `<li>${text}</li>`).join("")}</ul>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1><p>${about}</p>${verdict}${sections.join("")}</html>\n`;
}

/** Rules are the installation's words, but what they name is a stranger's. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const STYLE =
  ":root{color-scheme:light dark;--ink:light-dark(#1c1c1c,#e8e8e8);--attack:light-dark(#b3261e,#ff8a80);--reach:light-dark(#8a5a00,#ffca6a);--people:light-dark(#0b6e4f,#6fd3ad);--grid:light-dark(#ddd,#444)}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink)}svg{width:100%;height:auto}h2{margin:2rem 0 0}text{fill:var(--ink);font-size:11px}";

function plot({ shots, people }: Played, from: number, to: number): string {
  const start = from - MARGIN_MS;
  const end = to + MARGIN_MS;
  const sent = rates(shots, start, end, () => true);
  const reached = rates(shots, start, end, hasReached);
  const served = rates(people, start, end, ({ outcome }) => outcome === "served");
  const most = Math.max(10, ...sent, ...served);
  const x = (at: number): number => ((at - start) / (end - start)) * WIDTH;
  const line = (values: readonly number[], colour: string, dash = ""): string => {
    const points = values
      .map(
        (value, i) =>
          `${x(start + i * BINS_MS).toFixed(1)},${(HEIGHT - (value / most) * (HEIGHT - 12)).toFixed(1)}`,
      )
      .join(" ");
    return `<polyline points="${points}" fill="none" stroke="var(--${colour})" stroke-width="2"${dash}/>`;
  };
  const marks = [from, to]
    .map(
      (at) =>
        `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="0" y2="${HEIGHT}" stroke="var(--grid)"/>`,
    )
    .join("");
  const label = `Requests a second, at most ${Math.round(most)}: of who came (red, solid), of these at the site (amber, dashed), the others' that were served (green, solid)`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 18}" role="img" aria-label="${label}">${marks}${line(sent, "attack")}${line(reached, "reach", ' stroke-dasharray="5 3"')}${line(served, "people")}<text x="0" y="${HEIGHT + 14}">${label}</text></svg>`;
}

/** Requests a second in each bin. */
function rates(
  shots: readonly Shot[],
  start: number,
  end: number,
  counts: (shot: Shot) => boolean,
): number[] {
  const bins = Array.from({ length: Math.ceil((end - start) / BINS_MS) }, () => 0);
  for (const shot of shots) {
    const bin = Math.floor((shot.at - start) / BINS_MS);
    if (bin >= 0 && bin < bins.length && counts(shot)) bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins.map((count) => (count * 1000) / BINS_MS);
}
