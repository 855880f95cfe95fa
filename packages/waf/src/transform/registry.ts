import { base64Decode, base64DecodeExt } from "#transform/base64-decode.ts";
import { base64Encode } from "#transform/base64-encode.ts";
import { lowercase, uppercase } from "#transform/case.ts";
import { cmdLine } from "#transform/cmd-line.ts";
import { compressWhitespace } from "#transform/compress-whitespace.ts";
import { cssDecode } from "#transform/css-decode.ts";
import { escapeSeqDecode } from "#transform/escape-seq-decode.ts";
import { md5, sha1 } from "#transform/hash.ts";
import { hexDecode, hexEncode, sqlHexDecode } from "#transform/hex.ts";
import { htmlEntityDecode } from "#transform/html-entity-decode.ts";
import { jsDecode } from "#transform/js-decode.ts";
import { length } from "#transform/length.ts";
import { normalizePath, normalizePathWin } from "#transform/normalize-path.ts";
import { removeNulls, replaceNulls } from "#transform/nulls.ts";
import { parityEven7bit, parityOdd7bit, parityZero7bit } from "#transform/parity.ts";
import { removeComments, removeCommentsChar } from "#transform/remove-comments.ts";
import { removeWhitespace } from "#transform/remove-whitespace.ts";
import { replaceComments } from "#transform/replace-comments.ts";
import { trim, trimLeft, trimRight } from "#transform/trim.ts";
import { urlDecode } from "#transform/url-decode.ts";
import { type UnicodeMap, urlDecodeUni } from "#transform/url-decode-uni.ts";
import { urlEncode } from "#transform/url-encode.ts";
import { utf8toUnicode } from "#transform/utf8-to-unicode.ts";

/**
 * A pure function from byte string to byte string (one char a byte). It gives back the same string
 * where nothing changes, so that results can be shared by identity.
 */
export type Transform = (value: string, map?: UnicodeMap) => string;

/** Every transformation, by its lower-case name. */
export const transforms: Readonly<Record<string, Transform>> = {
  base64decode: base64Decode,
  base64decodeext: base64DecodeExt,
  base64encode: base64Encode,
  cmdline: cmdLine,
  compresswhitespace: compressWhitespace,
  cssdecode: cssDecode,
  escapeseqdecode: escapeSeqDecode,
  hexdecode: hexDecode,
  hexencode: hexEncode,
  htmlentitydecode: htmlEntityDecode,
  jsdecode: jsDecode,
  length,
  lowercase,
  md5,
  normalisepath: normalizePath,
  normalisepathwin: normalizePathWin,
  normalizepath: normalizePath,
  normalizepathwin: normalizePathWin,
  parityeven7bit: parityEven7bit,
  parityodd7bit: parityOdd7bit,
  parityzero7bit: parityZero7bit,
  removecomments: removeComments,
  removecommentschar: removeCommentsChar,
  removenulls: removeNulls,
  removewhitespace: removeWhitespace,
  replacecomments: replaceComments,
  replacenulls: replaceNulls,
  sha1,
  sqlhexdecode: sqlHexDecode,
  trim,
  trimleft: trimLeft,
  trimright: trimRight,
  uppercase,
  urldecode: urlDecode,
  urldecodeuni: urlDecodeUni,
  urlencode: urlEncode,
  utf8tounicode: utf8toUnicode,
};
