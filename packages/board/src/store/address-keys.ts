import type { Store } from "#store/open.ts";

interface AddressKey {
  readonly period: number;
  readonly key: Uint8Array;
}

/** Where the keys of address hashes are kept: filter/address.ts makes and deletes them. */
export class AddressKeys {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<readonly AddressKey[]> {
    return this.#store.kysely.selectFrom("address_key").selectAll().execute();
  }

  /** The key that is kept for the period: this one, or another that was there first. */
  async add(key: AddressKey): Promise<AddressKey> {
    const db = this.#store.kysely;
    await db
      .insertInto("address_key")
      .values(key)
      .onConflict((conflict) => conflict.column("period").doNothing())
      .execute();
    return db
      .selectFrom("address_key")
      .selectAll()
      .where("period", "=", key.period)
      .executeTakeFirstOrThrow();
  }

  async remove(period: number): Promise<void> {
    await this.#store.kysely.deleteFrom("address_key").where("period", "=", period).execute();
  }
}
