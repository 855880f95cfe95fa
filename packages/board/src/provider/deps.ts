import type { SigningKey } from "@egide/contract/signing.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { ProviderSettings } from "#settings/provider.ts";
import type { Store } from "#store/open.ts";

/** The edge in front of the board, as far as this room needs it. */
export interface EdgePurge {
  /** Forgets what it keeps under these addresses and tags; answers when that was done (ms). */
  purge(what: {
    readonly urls: readonly string[];
    readonly tags: readonly string[];
  }): Promise<number>;
}

export interface ProviderDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: ProviderSettings;
  readonly siteUrl: string;
  readonly key: SigningKey;
  /** Null where no edge of ours stands in front. */
  readonly edge: EdgePurge | null;
  /** Where files lie: they follow their posts out of sight and back. */
  readonly media: MediaStore;
  readonly kick: () => void;
}
