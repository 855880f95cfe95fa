import { pairs, type Shown } from "./variant.ts";

/** Rules that both see, but one of them doesn't tell of, or judges by something else. */
const REASONS: readonly { readonly rules: ReadonlySet<number>; readonly why: string }[] = [
  {
    rules: new Set([942100, 942101, 941100, 941101]),
    why: "libinjection: its Go port there, libddwaf's and our shapes here",
  },
  {
    rules: new Set([932140, 932180, 932200, 932237, 941160, 942200]),
    why: "\\s holds VT in PCRE, not in RE2",
  },
  {
    rules: new Set([932171, 932340, 932350, 942330, 942360, 942361, 942362, 942540]),
    why: "^ and $ stand at lines there; at the value's ends here, as in ModSecurity 2",
  },
  {
    rules: new Set([
      920270, 920271, 920272, 920273, 933210, 942420, 942421, 942430, 942431, 942432, 942440,
      942460,
    ]),
    why: "bytes here, characters there",
  },
  {
    rules: new Set([920120, 920121]),
    why: "names of files are shown as they were sent here, undone by Go there",
  },
  {
    rules: new Set([941280]),
    why: "names of HTML entities go without case here, as in ModSecurity",
  },
];

/** Sums of what other rules found: they differ where those do. */
const SUMS = new Set([949110, 949111, 959100, 959101, 980170]);

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\0-\x08\v\x0e-\x1f\x7f-\x9f]/;

/** A field that stands twice in the header of a part. */
const TWICE = /content-disposition:[^\r\n]*\r\ncontent-disposition:/im;

/** Requests that the two read differently, whatever the rule. */
const READINGS: readonly { readonly read: (request: Shown) => boolean; readonly why: string }[] = [
  {
    read: ({ body, headers }) =>
      body !== "" && !/x-www-form-urlencoded|multipart\/form-data|json|xml/i.test(typeOf(headers)),
    why: "a body of another type is a form there; here it is raw text, as in ModSecurity",
  },
  {
    read: ({ body }) => body.startsWith("--") && (CONTROLS.test(body) || TWICE.test(body)),
    why: "Go's reader gives up on parts whose header it can't read, and shows nothing of them",
  },
];

function typeOf(headers: readonly string[]): string {
  return pairs(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}

/** One rule on which the two disagree, for one reason or for none. */
export interface Disagreement {
  readonly rule: number;
  readonly side: "only ours" | "only theirs";
  readonly why: string | undefined;
  count: number;
  readonly example: Shown;
}

/** Where the two engines disagree, rule by rule, most often first. */
export function disagreements(
  requests: readonly Shown[],
  ours: readonly ReadonlySet<number>[],
  theirs: readonly ReadonlySet<number>[],
  told: ReadonlySet<number>,
): { readonly same: number; readonly found: readonly Disagreement[] } {
  const found = new Map<string, Disagreement>();
  let same = 0;
  for (const [index, example] of requests.entries()) {
    const [own, other] = [ours[index] as Set<number>, theirs[index] as Set<number>];
    const onlyOurs = [...own].filter((id) => !other.has(id) && !SUMS.has(id));
    const onlyTheirs = [...other].filter((id) => told.has(id) && !own.has(id) && !SUMS.has(id));
    if (onlyOurs.length + onlyTheirs.length === 0) same++;
    for (const [side, ids] of [
      ["only ours", onlyOurs],
      ["only theirs", onlyTheirs],
    ] as const) {
      for (const rule of ids) {
        const why = reasonFor(rule, example);
        const key = `${side} ${rule} ${why}`;
        const known = found.get(key);
        if (known === undefined) found.set(key, { rule, side, why, count: 1, example });
        else known.count++;
      }
    }
  }
  return { same, found: [...found.values()].sort((a, b) => b.count - a.count) };
}

/** Why the two may disagree about a rule on a request; undefined where they should not. */
function reasonFor(rule: number, request: Shown): string | undefined {
  return (
    REASONS.find(({ rules }) => rules.has(rule)) ?? READINGS.find(({ read }) => read(request))
  )?.why;
}
