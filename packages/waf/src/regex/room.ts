/** What keeps things that can be made again. */
export interface Keeper {
  /** Lets go of everything that it was given room for. */
  forget(): void;
}

/** What one keeper holds. */
export interface Place {
  readonly keeper: WeakRef<Keeper>;
  bytes: number;
}

/**
 * Memory that many keepers share. Past its bound those that have held something for longest forget it,
 * never the one that grows. Keepers that are gone count until then.
 */
export class Room {
  readonly #most: number;
  readonly #places = new Set<Place>();
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  grow(place: Place, bytes: number): void {
    place.bytes += bytes;
    this.#bytes += bytes;
    this.#places.add(place);
    if (this.#bytes > this.#most) this.#makeRoom(place);
  }

  shrink(place: Place, bytes: number): void {
    place.bytes -= bytes;
    this.#bytes -= bytes;
  }

  /** Until a quarter is free, so that it is not needed for every byte. */
  #makeRoom(growing: Place): void {
    for (const place of this.#places) {
      if (this.#bytes <= this.#most * 0.75) return;
      if (place === growing) continue;
      this.#places.delete(place);
      this.shrink(place, place.bytes);
      place.keeper.deref()?.forget();
    }
  }
}
