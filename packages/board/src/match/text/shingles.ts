/** Letters in one shingle: about three words, so that ordinary phrases seldom share one by chance. */
export const SHINGLE = 12;

const BASE = 0x01000193;

/** Murmur3's last step: neighbours become strangers. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const HIGH = ((): number => {
  let power = 1;
  for (let i = 1; i < SHINGLE; i++) power = Math.imul(power, BASE);
  return power;
})();

/** The hashes of all runs of `SHINGLE` letters, in their order; a rolling hash (Karp and Rabin). */
export function shingles(letters: string): Uint32Array {
  const count = letters.length - SHINGLE + 1;
  if (count <= 0) return new Uint32Array(0);
  const out = new Uint32Array(count);
  let hash = 0;
  for (let i = 0; i < letters.length; i++) {
    if (i >= SHINGLE) hash = (hash - Math.imul(letters.charCodeAt(i - SHINGLE), HIGH)) | 0;
    hash = (Math.imul(hash, BASE) + letters.charCodeAt(i)) | 0;
    if (i >= SHINGLE - 1) out[i - SHINGLE + 1] = mix(hash);
  }
  return out;
}

/**
 * The `most` smallest different hashes: a fair sample of a text's shingles that needs no knowledge of
 * any other text (bottom-k sketch; Broder, "On the resemblance and containment of documents", 1997).
 */
export function sample(hashes: Uint32Array, most: number): Uint32Array {
  const sorted = Uint32Array.from(new Set(hashes)).sort();
  return sorted.length <= most ? sorted : sorted.slice(0, most);
}
