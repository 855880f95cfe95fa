const LONGEST = 120;

/**
 * A name as people may see it: no folders, no control or direction characters, a bounded length, and
 * the extension of what the file is rather than of what it was called.
 */
export function displayName(name: string, extension: string): string {
  const last = name.normalize("NFC").split(/[\\/]/).pop() as string;
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}<>:"|?*]/gu, "")
    .replace(/^[\s.]+/, "")
    .replace(/\.[A-Za-z0-9]{1,5}$/, "")
    .replace(/[\s.]+$/, "");
  const stem = Array.from(plain).slice(0, LONGEST).join("");
  return `${stem === "" ? "file" : stem}.${extension}`;
}
