/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Frame } from "#page/frame.ts";
import { Table } from "#page/part/common.tsx";

const WIDTH = 420;
const HEIGHT = 140;
const FOOT = 20;
const HEAD = 16;
const LEFT = 34;

interface PlotProps {
  readonly frame: Frame;
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

/** Bars over days, drawn here as SVG: no script, no style of its own; the same figures as a table. */
export function Plot({ frame, title, bars }: PlotProps) {
  const { t } = frame;
  const top = roundUp(Math.max(1, ...bars.map(({ value }) => value)));
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const room = HEIGHT - FOOT - HEAD;
  const y = (value: number): number => HEIGHT - FOOT - (value / top) * room;
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  return (
    <Figure frame={frame} title={`${title} · ${t("stat.total", { count: total })}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        {[0, top / 2, top].map((value) => (
          <>
            <line
              x1={LEFT}
              x2={WIDTH}
              y1={y(value)}
              y2={y(value)}
              stroke="currentColor"
              stroke-width="1"
              opacity={value === 0 ? "1" : "0.25"}
            />
            <text x={LEFT - 6} y={y(value) + 4} {...SMALL} text-anchor="end">
              {Number.isInteger(value) ? value : ""}
            </text>
          </>
        ))}
        {bars.map(({ label, value }, i) => (
          <rect
            x={(LEFT + i * step + step * 0.1).toFixed(1)}
            y={y(value).toFixed(1)}
            width={(step * 0.8).toFixed(1)}
            height={(HEIGHT - FOOT - y(value)).toFixed(1)}
            fill="currentColor"
            opacity="0.7"
          >
            <title>{`${label}: ${value}`}</title>
          </rect>
        ))}
        {[bars[0], bars.at(-1)].map((bar, i) =>
          bar === undefined ? null : (
            <text
              x={i === 0 ? LEFT : WIDTH}
              y={HEIGHT - 4}
              {...SMALL}
              text-anchor={i === 0 ? "start" : "end"}
            >
              {bar.label}
            </text>
          ),
        )}
      </svg>
      <Figures frame={frame} caption={title} head={[t("stat.day"), t("stat.count")]}>
        {bars.map(({ label, value }) => (
          <tr>
            <th scope="row">{label}</th>
            <td>{value}</td>
          </tr>
        ))}
      </Figures>
    </Figure>
  );
}

interface SpansProps {
  readonly frame: Frame;
  readonly title: string;
  readonly head: readonly [what: string, first: string, second: string];
  readonly rows: readonly {
    readonly label: string;
    readonly first: { readonly seconds: number | null; readonly text: string };
    readonly second: { readonly seconds: number | null; readonly text: string };
  }[];
}

const ROW = 50;
const SAID = 75;

/** Two spans of time below each row's name: the first lighter, both written out. */
export function Spans({ frame, title, head, rows }: SpansProps) {
  const most = Math.max(
    1,
    ...rows.flatMap(({ first, second }) => [first.seconds ?? 0, second.seconds ?? 0]),
  );
  const height = rows.length * ROW + 24;
  const width = (seconds: number | null): number =>
    seconds === null ? 0 : Math.max(1, (seconds / most) * (WIDTH - SAID));
  return (
    <Figure frame={frame} title={title}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={title}>
        {[head[1], head[2]].map((name, which) => (
          <>
            <rect x={which * 210} y="3" width="12" height="12" {...shade(which)} />
            <text x={which * 210 + 18} y="13" {...SMALL}>
              {name}
            </text>
          </>
        ))}
        {rows.map(({ label, first, second }, i) => {
          const at = 24 + i * ROW;
          return (
            <>
              <text x="0" y={at + 12} {...SMALL}>
                {label}
              </text>
              {[first, second].map(({ seconds, text }, which) => (
                <>
                  <rect
                    x="0"
                    y={at + 17 + which * 14}
                    width={width(seconds).toFixed(1)}
                    height="12"
                    {...shade(which)}
                  />
                  <text x={width(seconds) + 6} y={at + which * 14 + 27} {...SMALL}>
                    {text}
                  </text>
                </>
              ))}
            </>
          );
        })}
      </svg>
      <Figures frame={frame} caption={title} head={[...head]}>
        {rows.map(({ label, first, second }) => (
          <tr>
            <th scope="row">{label}</th>
            <td>{first.text}</td>
            <td>{second.text}</td>
          </tr>
        ))}
      </Figures>
    </Figure>
  );
}

function shade(which: number) {
  return { fill: "currentColor", opacity: which === 0 ? "0.45" : "0.8" } as const;
}

const SMALL = { "font-size": "10", fill: "currentColor" } as const;

interface FigureProps {
  readonly frame: Frame;
  readonly title: string;
  readonly children?: Child;
}

function Figure({ title, children }: FigureProps) {
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      {children}
    </figure>
  );
}

interface FiguresProps {
  readonly frame: Frame;
  readonly caption: string;
  readonly head: readonly string[];
  readonly children?: Child;
}

/** What a picture shows, for whoever reads rather than looks. */
function Figures({ frame, caption, head, children }: FiguresProps) {
  return (
    <details>
      <summary>{frame.t("stat.figures")}</summary>
      <Table caption={caption} head={head}>
        {children}
      </Table>
    </details>
  );
}

/** 1, 2, 5, 10, 20, 50 …: a scale that is read at a glance. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
