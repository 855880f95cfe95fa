import type { DiceNode } from "#markup/node.ts";

/**
 * What the dice show. `random(sides)` gives a whole number from 1 to `sides`, each as likely as the
 * other; the results are kept with the post, so that an edit never rolls again what was rolled.
 */
export function roll(
  dice: readonly DiceNode[],
  random: (sides: number) => number,
): readonly (readonly number[])[] {
  return dice.map(({ count, sides }) => Array.from({ length: count }, () => random(sides)));
}
