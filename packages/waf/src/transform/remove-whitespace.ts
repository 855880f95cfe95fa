/** Takes out white space (also the no-break space, 0xa0). */
export function removeWhitespace(value: string): string {
  return /[\t-\r \xa0]/.test(value) ? value.replace(/[\t-\r \xa0]+/g, "") : value;
}
