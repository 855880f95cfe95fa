/** What is looked for before anything is done: most paths are as they should be. */
const ODD = /%|\\|\/\/|\/\./;

/**
 * A path as rules see it, so that no other spelling slips past them. RFC 3986, section 6.2.2: what
 * needs no percent-encoding has none, hexadecimal digits are upper case, dot segments are resolved;
 * and as Cloudflare does, backslashes are slashes and successive slashes are one.
 */
export function normalPath(path: string): string {
  if (!ODD.test(path)) return path;
  const plain = path
    .replace(/%([0-9a-fA-F]{2})/g, (escape, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16));
      return /[A-Za-z0-9._~-]/.test(char) ? char : escape.toUpperCase();
    })
    .replace(/[\\/]+/g, "/");
  return plain.includes("/.") ? withoutDots(plain) : plain;
}

/** RFC 3986, section 5.2.4. */
function withoutDots(path: string): string {
  const out: string[] = [];
  const segments = path.split("/").slice(1);
  segments.forEach((segment, i) => {
    const isDot = segment === "." || segment === "..";
    if (segment === "..") out.pop();
    if (!isDot) out.push(segment);
    else if (i === segments.length - 1) out.push("");
  });
  return `/${out.join("/")}`;
}
