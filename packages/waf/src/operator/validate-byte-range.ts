import type { OperatorFactory } from "#operator/operator.ts";

/** `@validateByteRange 1-255`: matches a value that holds a byte outside the ranges. */
export const validateByteRange: OperatorFactory = (argument, load) => {
  const allowed = new Uint8Array(256);
  for (const part of argument.split(",")) {
    const found = /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?$/.exec(part);
    if (found === null) return load.fail(`"${part.trim()}" is no range of bytes`);
    const from = Number(found[1]);
    const to = Number(found[2] ?? from);
    if (to > 255 || from > to) return load.fail(`"${part.trim()}" is no range of bytes`);
    allowed.fill(1, from, to + 1);
  }
  return {
    name: "validatebyterange",
    argument,
    pure: true,
    test(value) {
      for (let i = 0; i < value.length; i++) if (allowed[value.charCodeAt(i)] !== 1) return true;
      return false;
    },
  };
};
