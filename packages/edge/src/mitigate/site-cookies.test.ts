import { expect, test } from "bun:test";
import { siteCookies } from "#mitigate/site-cookies.ts";

test.each([
  ["", ""],
  ["sid=1; theme=dark", "sid=1; theme=dark"],
  ["sid=1; egide-probe=9.abc", "sid=1"],
  ["__Host-egide-clearance=x; sid=1;egide-probe=y; a=egide-b", "sid=1; a=egide-b"],
  ["egide-probe=9.abc", ""],
])("of %p the site gave out %p", (cookies, expected) => {
  expect(siteCookies(cookies)).toBe(expected);
});
