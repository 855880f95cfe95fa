import type { RuleFile } from "#rule-set.ts";

/**
 * Puts the files of a Core Rule Set and its plugins in the order they must be loaded in (CRS
 * documentation, "Plugins"): the set-up, then the plugins' `*-config.conf` and `*-before.conf`, the
 * rules by name, and the plugins' `*-after.conf`. Files that hold no rules are left out.
 */
export function orderRuleFiles(files: readonly RuleFile[]): RuleFile[] {
  return files
    .filter((file) => /\.conf(?:\.example)?$/.test(file.name))
    .sort((a, b) => rank(a.name) - rank(b.name) || (baseName(a.name) < baseName(b.name) ? -1 : 1));
}

const ranks: readonly (readonly [RegExp, number])[] = [
  [/^crs-setup\.conf/, 0],
  [/-config\.conf$/, 1],
  [/-before\.conf$/, 2],
  [/-after\.conf$/, 4],
];

function rank(name: string): number {
  return ranks.find(([pattern]) => pattern.test(baseName(name)))?.[1] ?? 3;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
