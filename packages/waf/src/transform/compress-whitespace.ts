/** Turns each run of white space (also the no-break space, 0xa0) into one space. */
export function compressWhitespace(value: string): string {
  return /[\t-\r\xa0]| {2}/.test(value) ? value.replace(/[\t-\r \xa0]+/g, " ") : value;
}
