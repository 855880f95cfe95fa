import type { OperatorFactory } from "#operator/operator.ts";

/** `@detectSQLi`: libinjection's verdict; `capture` keeps its fingerprint in TX.0. */
export const detectSqli: OperatorFactory = (argument, load) => ({
  name: "detectsqli",
  argument,
  pure: true,
  test: (value) => load.injection.sqli(value) !== undefined,
  noneOf: (values) => load.injection.noSqli?.(values) === true,
  captures: (value) => [load.injection.sqli(value)],
});

/** `@detectXSS`: libinjection's verdict. */
export const detectXss: OperatorFactory = (argument, load) => ({
  name: "detectxss",
  argument,
  pure: true,
  test: (value) => load.injection.xss(value),
});
