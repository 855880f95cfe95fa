/** Reads the text of a URL; rejects where there is none within so many milliseconds. */
export function fetchText(timeoutMs: number): (url: string) => Promise<string> {
  return async (url) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.text();
  };
}
