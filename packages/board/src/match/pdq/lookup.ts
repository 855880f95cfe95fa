import { type HashWords, ones } from "#match/pdq/bits.ts";
import { SAME_PICTURE } from "#match/pdq/hash.ts";

const BANDS = 16;
const WORDS = 8;
const BUCKETS = 65_536;
/** Newcomers are compared one by one until they are this many, or this share of all. */
const LEAST_TAIL = 4096;
const TAIL_SHARE = 1 / 32;

export interface Near {
  /** The number that `add` was given. */
  readonly id: number;
  readonly distance: number;
}

/**
 * Finds all hashes within 31 bits of one among millions (multi-index hashing; Norouzi, Punjani, Fleet,
 * "Fast Search in Hamming Space with Multi-Index Hashing", 2012). 31 differences over 16 bands leave at
 * least one band with no more than one: so 16 × 17 buckets hold every answer.
 */
export class PdqIndex {
  #words = new Uint32Array(LEAST_TAIL * WORDS);
  #ids = new Float64Array(LEAST_TAIL);
  #count = 0;
  /** Of each band: where buckets begin in `#order`, and the places of hashes by bucket. */
  #starts: Uint32Array[] = [];
  #order: Uint32Array[] = [];
  #sorted = 0;
  /** Bit set: this place was given out already in the search at hand. */
  #seen = new Uint8Array(LEAST_TAIL);
  readonly #placeOf = new Map<number, number>();

  get size(): number {
    return this.#placeOf.size;
  }

  /** Each id once; an id that is there already takes the new hash. */
  add(id: number, hash: HashWords): void {
    this.remove(id);
    if (this.#count === this.#ids.length) this.#grow();
    const place = this.#count++;
    this.#words.set(hash, place * WORDS);
    this.#ids[place] = id;
    this.#placeOf.set(id, place);
  }

  remove(id: number): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    this.#placeOf.delete(id);
    this.#ids[place] = -1;
  }

  /** Nearest first. `most` bits may differ, 31 at most. */
  near(hash: HashWords, most = SAME_PICTURE): readonly Near[] {
    if (this.#count - this.#sorted > Math.max(LEAST_TAIL, this.#count * TAIL_SHARE)) this.#sort();
    const limit = Math.min(most, SAME_PICTURE);
    const out: Near[] = [];
    const touched: number[] = [];
    for (let band = 0; band < this.#order.length; band++) {
      const bucket = bandOf(hash, 0, band);
      this.#look(band, bucket, hash, limit, out, touched);
      for (let bit = 0; bit < 16; bit++) {
        this.#look(band, bucket ^ (1 << bit), hash, limit, out, touched);
      }
    }
    for (let place = this.#sorted; place < this.#count; place++) {
      this.#compare(place, hash, limit, out);
    }
    for (const place of touched) this.#seen[place] = 0;
    return out.sort((a, b) => a.distance - b.distance);
  }

  #look(
    band: number,
    bucket: number,
    hash: HashWords,
    limit: number,
    out: Near[],
    touched: number[],
  ): void {
    const starts = this.#starts[band] as Uint32Array;
    const order = this.#order[band] as Uint32Array;
    const end = starts[bucket + 1] as number;
    for (let i = starts[bucket] as number; i < end; i++) {
      const place = order[i] as number;
      if (this.#seen[place] === 1) continue;
      // A far one is compared again in another band at worst: cheaper than to remember it.
      if (!this.#compare(place, hash, limit, out)) continue;
      this.#seen[place] = 1;
      touched.push(place);
    }
  }

  #compare(place: number, hash: HashWords, limit: number, out: Near[]): boolean {
    const words = this.#words;
    const at = place * WORDS;
    let distance = 0;
    for (let i = 0; i < WORDS; i++) {
      distance += ones((words[at + i] as number) ^ (hash[i] as number));
      if (distance > limit) return false;
    }
    const id = this.#ids[place] as number;
    if (id < 0) return false;
    out.push({ id, distance });
    return true;
  }

  /** Counting sort of all places by each band's bucket; leaves out what was removed. */
  #sort(): void {
    this.#compact();
    const count = this.#count;
    this.#starts = [];
    this.#order = [];
    for (let band = 0; band < BANDS; band++) {
      const starts = new Uint32Array(BUCKETS + 1);
      for (let place = 0; place < count; place++) {
        const bucket = bandOf(this.#words, place * WORDS, band);
        starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
      }
      for (let i = 0; i < BUCKETS; i++) {
        starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
      }
      const next = starts.slice();
      const order = new Uint32Array(count);
      for (let place = 0; place < count; place++) {
        const bucket = bandOf(this.#words, place * WORDS, band);
        const to = next[bucket] as number;
        order[to] = place;
        next[bucket] = to + 1;
      }
      this.#starts.push(starts);
      this.#order.push(order);
    }
    this.#sorted = count;
  }

  #compact(): void {
    let to = 0;
    for (let place = 0; place < this.#count; place++) {
      const id = this.#ids[place] as number;
      if (id < 0) continue;
      if (to !== place) {
        this.#ids[to] = id;
        this.#words.copyWithin(to * WORDS, place * WORDS, place * WORDS + WORDS);
        this.#placeOf.set(id, to);
      }
      to++;
    }
    this.#count = to;
  }

  #grow(): void {
    const length = this.#ids.length * 2;
    const words = new Uint32Array(length * WORDS);
    words.set(this.#words);
    this.#words = words;
    const ids = new Float64Array(length);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#seen = new Uint8Array(length);
  }
}

/** Sixteen bits of a hash: the upper or the lower half of one of its words. */
function bandOf(words: Uint32Array, at: number, band: number): number {
  const word = words[at + (band >> 1)] as number;
  return (band & 1) === 0 ? word >>> 16 : word & 0xffff;
}
