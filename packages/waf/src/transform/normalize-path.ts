/**
 * Takes repeated slashes, `.` and `..` out of a path; a `..` that leads above the start of a relative
 * path stays (reference manual, normalizePath).
 */
export function normalizePath(value: string): string {
  if (!/\/\/|\/\.|^\./.test(value)) return value;
  const absolute = value.startsWith("/");
  const kept: string[] = [];
  const parts = value.split("/");
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!absolute) kept.push(part);
  }
  const last = parts.at(-1);
  const slash = kept.length > 0 && last === "" ? "/" : "";
  return `${absolute ? "/" : ""}${kept.join("/")}${slash}`;
}

/** As normalizePath, with backslashes turned into slashes first. */
export function normalizePathWin(value: string): string {
  return normalizePath(value.includes("\\") ? value.replaceAll("\\", "/") : value);
}
