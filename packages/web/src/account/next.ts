/**
 * Where to go after a sign-in: a path of this site, else `fallback`. What could lead elsewhere
 * (`//host`, `/\host`, a scheme, control characters) is not followed.
 */
export function nextPath(given: string | undefined, fallback: string): string {
  if (given === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given)) return fallback;
  const url = new URL(given, "http://site.invalid");
  return url.origin === "http://site.invalid" ? url.pathname + url.search : fallback;
}
