import { eq, ge, gt, le, lt } from "#operator/compare.ts";
import { noMatch, unconditionalMatch } from "#operator/constant.ts";
import { detectSqli, detectXss } from "#operator/detect.ts";
import { ipMatch, ipMatchFromFile } from "#operator/ip-match.ts";
import type { OperatorFactory } from "#operator/operator.ts";
import { geoLookup, rbl } from "#operator/outside.ts";
import { pm, pmFromFile } from "#operator/pm.ts";
import { rx } from "#operator/rx.ts";
import {
  beginsWith,
  contains,
  containsWord,
  endsWith,
  streq,
  strmatch,
  within,
} from "#operator/text.ts";
import { validateByteRange } from "#operator/validate-byte-range.ts";
import { validateUrlEncoding, validateUtf8Encoding } from "#operator/validate-encoding.ts";

/** Every operator, by its lower-case name. */
export const operators: Readonly<Record<string, OperatorFactory>> = {
  beginswith: beginsWith,
  contains,
  containsword: containsWord,
  detectsqli: detectSqli,
  detectxss: detectXss,
  endswith: endsWith,
  eq,
  ge,
  geolookup: geoLookup,
  gt,
  ipmatch: ipMatch,
  ipmatchf: ipMatchFromFile,
  ipmatchfromfile: ipMatchFromFile,
  le,
  lt,
  nomatch: noMatch,
  pm,
  pmf: pmFromFile,
  pmfromfile: pmFromFile,
  rbl,
  rx,
  streq,
  strmatch,
  unconditionalmatch: unconditionalMatch,
  validatebyterange: validateByteRange,
  validateurlencoding: validateUrlEncoding,
  validateutf8encoding: validateUtf8Encoding,
  within,
};
