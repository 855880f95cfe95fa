import type { OperatorFactory } from "#operator/operator.ts";

/** `@unconditionalMatch`: always. */
export const unconditionalMatch: OperatorFactory = (argument) => ({
  name: "unconditionalmatch",
  argument,
  pure: true,
  test: () => true,
});

/** `@noMatch`: never. */
export const noMatch: OperatorFactory = (argument) => ({
  name: "nomatch",
  argument,
  pure: true,
  test: () => false,
});
