/** Memory (KiB) and passes of Argon2id, as OWASP's Password Storage Cheat Sheet asks at least. */
const COST = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Hashes a password off the serving thread; the result is a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(password, COST);
}

/** Tells whether `password` made `hash`; a hash of another kind never matches. */
export async function verifyPassword(given: { hash: string; password: string }): Promise<boolean> {
  if (!given.hash.startsWith("$argon2id$")) return false;
  return Bun.password.verify(given.password, given.hash);
}
