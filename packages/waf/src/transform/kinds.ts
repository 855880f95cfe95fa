/** Kinds of bytes that transformations act on; a value's kinds are the bits of all its bytes. */
const upper = 1;
const percent = 2;
const plus = 4;
const backslash = 8;
const ampersand = 16;
const space = 32;
const pathMark = 64;
const high = 128;
const nul = 256;
const shellMark = 512;
const commentMark = 1024;
const lower = 2048;

/** The bits of each byte. */
export const kindOf = new Uint16Array(256);

function mark(bytes: string, kind: number): void {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    kindOf[byte] = (kindOf[byte] as number) | kind;
  }
}

for (let byte = 128; byte < 256; byte++) kindOf[byte] = high;
mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", upper);
mark("abcdefghijklmnopqrstuvwxyz", lower);
mark("%", percent);
mark("+", plus);
mark("\\", backslash);
mark("&", ampersand);
mark("\t\n\v\f\r \xa0", space);
mark("/.", pathMark);
mark("\0", nul);
mark("\"'^,;", shellMark);
mark("*#-", commentMark);

/** The kinds of all bytes of a value. */
export function kindsOf(value: string): number {
  let kinds = 0;
  for (let i = 0; i < value.length; i++) kinds |= kindOf[value.charCodeAt(i) & 255] as number;
  return kinds;
}

/** The kinds that are left of these once `lowercase` was at work. */
export function loweredKinds(kinds: number): number {
  return (kinds & upper) === 0 ? kinds : (kinds & ~upper) | lower;
}

/**
 * For each transformation the kinds without which it gives back what it was given. One that is not
 * listed may change any value. Checked for every transformation by a property test.
 */
export const triggers: Readonly<Record<string, number>> = {
  cmdline: backslash | shellMark | space | upper,
  compresswhitespace: space,
  cssdecode: backslash,
  escapeseqdecode: backslash,
  htmlentitydecode: ampersand,
  jsdecode: backslash,
  lowercase: upper,
  normalisepath: pathMark,
  normalisepathwin: pathMark | backslash,
  normalizepath: pathMark,
  normalizepathwin: pathMark | backslash,
  parityzero7bit: high,
  removecomments: commentMark,
  removecommentschar: commentMark,
  removenulls: nul,
  removewhitespace: space,
  replacecomments: commentMark,
  replacenulls: nul,
  trim: space,
  trimleft: space,
  trimright: space,
  uppercase: lower,
  urldecode: percent | plus,
  urldecodeuni: percent | plus,
  utf8tounicode: high,
};

/** Bytes that a transformation may leave where there were none; letters aside, which don't count. */
export interface Made {
  readonly bytes: string;
  /** Kinds of bytes from which it may make any byte at all. */
  readonly unless: number;
}

/**
 * For each transformation what it may make; of one that is not listed nothing is known. Checked for
 * every transformation by a property test.
 */
export const makes: Readonly<Record<string, Made>> = {
  cmdline: { bytes: " ", unless: 0 },
  compresswhitespace: { bytes: " ", unless: 0 },
  cssdecode: { bytes: "", unless: backslash },
  escapeseqdecode: { bytes: "", unless: backslash },
  htmlentitydecode: { bytes: "", unless: ampersand },
  jsdecode: { bytes: "", unless: backslash },
  lowercase: { bytes: "", unless: 0 },
  normalisepath: { bytes: "", unless: 0 },
  normalisepathwin: { bytes: "", unless: backslash },
  normalizepath: { bytes: "", unless: 0 },
  normalizepathwin: { bytes: "", unless: backslash },
  removecomments: { bytes: "", unless: 0 },
  removecommentschar: { bytes: "", unless: 0 },
  removenulls: { bytes: "", unless: 0 },
  removewhitespace: { bytes: "", unless: 0 },
  replacecomments: { bytes: " ", unless: 0 },
  replacenulls: { bytes: " ", unless: 0 },
  trim: { bytes: "", unless: 0 },
  trimleft: { bytes: "", unless: 0 },
  trimright: { bytes: "", unless: 0 },
  uppercase: { bytes: "", unless: 0 },
  urldecode: { bytes: " ", unless: percent },
  urldecodeuni: { bytes: " ", unless: percent },
  utf8tounicode: { bytes: "%0123456789", unless: 0 },
};

/** Every kind: for transformations that may change anything. */
export const anyKind = 0xffff;
