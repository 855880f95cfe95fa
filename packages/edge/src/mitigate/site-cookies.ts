/** How the names of our own cookies begin, behind `__Host-` or not. */
const OWN = "egide-";
const HOST = "__Host-";

/**
 * The cookies of a request that the site gave out. Ours come and go with what we ask of a visitor: with
 * them one reader would seem to be two.
 */
export function siteCookies(cookies: string): string {
  if (!cookies.includes(OWN)) return cookies;
  return cookies
    .split(";")
    .map((each) => each.trim())
    .filter((each) => !each.startsWith(OWN) && !each.startsWith(HOST + OWN))
    .join("; ");
}
