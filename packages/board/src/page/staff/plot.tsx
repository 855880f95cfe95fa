/** @jsxImportSource hono/jsx */
interface PlotProps {
  /** Says to who can't see it what it shows. */
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

const WIDTH = 640;
const HEIGHT = 160;
const FOOT = 18;
const HEAD = 14;

/** Bars, drawn here as SVG: no script, no style of its own, colours of the page. */
export function Plot({ title, bars }: PlotProps) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = WIDTH / Math.max(1, bars.length);
  const room = HEIGHT - FOOT - HEAD;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" role="img" aria-label={title}>
        <text x="0" y={HEAD - 3} font-size="11" fill="currentColor">
          {most}
        </text>
        <line
          x1="0"
          x2={WIDTH}
          y1={HEIGHT - FOOT}
          y2={HEIGHT - FOOT}
          stroke="currentColor"
          stroke-width="1"
        />
        {bars.map(({ label, value }, i) => (
          <rect
            x={(i * step + step * 0.1).toFixed(1)}
            y={(HEIGHT - FOOT - (value / most) * room).toFixed(1)}
            width={(step * 0.8).toFixed(1)}
            height={((value / most) * room).toFixed(1)}
            fill="currentColor"
            opacity="0.7"
          >
            <title>{`${label}: ${value}`}</title>
          </rect>
        ))}
        {[bars[0], bars.at(-1)].map((bar, i) =>
          bar === undefined ? null : (
            <text
              x={i === 0 ? 0 : WIDTH}
              y={HEIGHT - 4}
              font-size="11"
              fill="currentColor"
              text-anchor={i === 0 ? "start" : "end"}
            >
              {bar.label}
            </text>
          ),
        )}
      </svg>
    </figure>
  );
}
