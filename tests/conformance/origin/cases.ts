import { bodyCases } from "./bodies.ts";
import type { OriginCase } from "./case.ts";
import { headCases } from "./heads.ts";

/*
 * Origins that answer badly: by mistake, out of malice, or because they crash in the middle. The
 * visitor gets a whole answer, an error that says so, or an answer that is visibly cut off; never a
 * mixture, and never what was meant for another visitor (RFC 9112, sections 4, 6.3, 8 and 11.1).
 */
export const originCases: readonly OriginCase[] = [...headCases, ...bodyCases];
