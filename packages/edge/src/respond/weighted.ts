/** Members of a list field that are looked at: those beyond are not worth an attacker's while. */
const MOST_MEMBERS = 64;

/**
 * Walks a list of weighted members as in Accept, Accept-Encoding and Accept-Language (RFC 9110,
 * section 12.4.2): `token` in lower case without parameters, `weight` from 0 to 1. A weight that
 * cannot be read counts as 0: what was not understood is not preferred.
 */
export function eachWeighted(field: string, visit: (token: string, weight: number) => void): void {
  const members = field.split(",", MOST_MEMBERS);
  for (const member of members) {
    const parts = member.split(";");
    const token = (parts[0] as string).trim().toLowerCase();
    if (token === "") continue;
    let weight = 1;
    for (let i = 1; i < parts.length; i++) {
      const part = (parts[i] as string).trim().toLowerCase();
      if (part.startsWith("q=")) weight = readWeight(part.slice(2));
    }
    visit(token, weight);
  }
}

/** `0`, `1` and up to three decimals. */
function readWeight(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}
