import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@egide/std/clock.ts";
import { Accounts } from "@egide/web/account/accounts.ts";
import { openFiles } from "#app/files.ts";
import { Presence } from "#app/alone.ts";
import { sealingOf } from "#app/sealing.ts";
import { Secret } from "#app/secret.ts";
import { AddressHasher, HASH_MS, KEY_DAYS, KEYS_KEPT } from "#filter/address.ts";
import { Limits } from "#filter/limits.ts";
import { openFilters } from "#filter/open.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { RestoreContext } from "#move/export/restore.ts";
import type { ExportSource } from "#move/export/write.ts";
import type { ImportContext } from "#move/run/context.ts";
import type { InstanceSettings } from "#settings/instance.ts";
import type { StorageKeys } from "#settings/storage.ts";
import { AddressKeys } from "#store/address-keys.ts";
import { openStore } from "#store/open.ts";

export interface MoveOptions {
  /** `sqlite:…` or `postgres://…`. */
  readonly database: string;
  /** Folder of files. */
  readonly media: string;
  /** Of the bucket that files lie in; null: on disk, or none are needed. */
  readonly storageKeys?: StorageKeys | null;
  readonly secret: Uint8Array;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
}

/** An installation's records and files without its pages: for bringing boards in and out. */
export interface Mover {
  readonly importing: ImportContext;
  readonly exporting: ExportSource;
  readonly restoring: RestoreContext;
  readonly sealing: Sealing;
  stop(): Promise<void>;
}

export async function openMover(options: MoveOptions): Promise<Mover> {
  const { clock, settings } = options;
  const secret = new Secret(options.secret);
  await mkdir(options.media, { recursive: true, mode: 0o750 });
  const store = await openStore(options.database);
  const sealing = sealingOf(options.secret);
  const files = await openFiles({
    folder: options.media,
    sealing,
    storage: settings.storage,
    keys: options.storageKeys ?? null,
    clock,
  });
  // While this goes on no process that starts takes files under way for leavings.
  const presence = await Presence.enter(options.media, async () => undefined);
  const hasher = new AddressHasher(new AddressKeys(store), KEY_DAYS, KEYS_KEPT);
  await hasher.turn(clock.now());
  const limits = new Limits(store, clock, secret.of("limits"));
  const { guards, afterWrite } = await openFilters({
    store,
    clock,
    media: files.store,
    secret: secret.of("filters"),
    limits,
    settings: settings.filters,
  });
  // Their tables are there before anything is put into them.
  await new Accounts({
    db: store.kysely,
    dialect: store.engine,
    secret: Buffer.from(secret.of("accounts")).toString("base64url"),
    origins: [settings.url],
    siteName: settings.name,
    registration: "closed",
    claim: (what, ms) => limits.claim("account", what, ms),
  }).prepare();
  const media = files.store;
  return {
    importing: {
      store,
      clock,
      take: (file) => files.takeFrom(file, settings.media),
      guards,
      afterWrite: [afterWrite],
      hash: (address) => hasher.hash(address),
      hashMs: HASH_MS,
    },
    exporting: { store, clock, media },
    restoring: { store, clock, media, sealing, temp: join(options.media, "temp") },
    sealing,
    async stop() {
      files.stop();
      presence.leave();
      await store.close();
    },
  };
}
