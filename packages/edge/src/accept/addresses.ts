/** How many connections each address holds open in this thread. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** False where `address` already holds `limit`; then it is not counted. */
  enter(address: string, limit: number): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= limit) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  leave(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count <= 1) this.#counts.delete(address);
    else this.#counts.set(address, count - 1);
  }
}
