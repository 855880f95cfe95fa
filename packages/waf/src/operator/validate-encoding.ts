import type { OperatorFactory } from "#operator/operator.ts";
import { hexByte } from "#transform/bytes.ts";
import { sequenceAt } from "#transform/utf8.ts";

/** `@validateUrlEncoding`: matches a value with a `%` that two hexadecimal digits don't follow. */
export const validateUrlEncoding: OperatorFactory = (argument) => ({
  name: "validateurlencoding",
  argument,
  pure: true,
  literals: ["%"],
  test(value) {
    for (let at = value.indexOf("%"); at >= 0; at = value.indexOf("%", at + 1)) {
      if (hexByte(value, at + 1) < 0) return true;
    }
    return false;
  },
});

/** `@validateUtf8Encoding`: matches a value that is not valid UTF-8 (RFC 3629). */
export const validateUtf8Encoding: OperatorFactory = (argument) => ({
  name: "validateutf8encoding",
  argument,
  pure: true,
  test(value) {
    // From the first byte that is not ASCII on.
    for (let at = value.search(/[\x80-\xff]/); at >= 0 && at < value.length; ) {
      const { length } = sequenceAt(value, at);
      if (length === 0) return true;
      at += length;
    }
    return false;
  },
});
