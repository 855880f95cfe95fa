/** Small things that the browser keeps for this site; nothing where it keeps nothing. */
export function kept<T>(name: string, fallback: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? "null") as T | null) ?? fallback;
  } catch {
    return fallback;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Private windows may keep nothing: the page works without.
  }
}

/** Posts of this browser, `b/12`; the newest five hundred. */
const OWN = "own";

export function isOwn(board: string, no: number): boolean {
  return kept<string[]>(OWN, []).includes(`${board}/${no}`);
}

export function addOwn(board: string, no: number): void {
  keep(OWN, [...kept<string[]>(OWN, []), `${board}/${no}`].slice(-500));
}
