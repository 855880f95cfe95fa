/** RFC 2046, section 5.1.1, without what no program puts there: `,` and spaces. */
const BOUNDARY = /;[\t ]*boundary=(?:"([\w'()+./:=?-]{1,70})"|([\w'()+.:=?-]{1,70})(?=[\t ;]|$))/i;
/** What a boundary may not hold, as Bun would read it as the name of the other kind of form. */
const MISLEADING = /urlencoded/i;

/**
 * The boundary that a Content-Type of multipart/form-data names, or null. Whoever hands a form to Bun
 * writes a header of their own with it: given what a stranger wrote, Bun looks for the names of both
 * kinds of forms, and for `boundary=`, anywhere in it.
 */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  return boundary === undefined || MISLEADING.test(boundary) ? null : boundary;
}
