import type { Kysely } from "kysely";
import { type Migration as KyselyMigration, Migrator } from "kysely/migration";
import type { Database, Engine } from "#database.ts";
import { unavailable } from "#errors.ts";

/** One step of the tables' history; never changed once released, only followed by another. */
export interface Migration {
  /** `NNNN-what`: steps run in the order of their names. */
  readonly name: string;
  up(db: Kysely<never>, engine: Engine): Promise<void>;
}

/** Brings the tables up to date, all steps or none; several processes may call it at once. */
export async function migrate<Tables>(
  database: Database<Tables>,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const steps: Record<string, KyselyMigration> = {};
  for (const step of migrations) {
    const { name } = step;
    if (Object.hasOwn(steps, name)) throw new Error(`there are two migrations ${name}`);
    steps[name] = { up: (db) => step.up(db as Kysely<never>, database.engine) };
  }
  const migrator = new Migrator({
    db: database.kysely,
    provider: { getMigrations: async () => steps },
    migrationTableName: "migration",
    migrationLockTableName: "migration_lock",
    // Rooms add their steps independently: one may come before another that has run already.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw unavailable(error);
  return (results ?? []).map(({ migrationName }) => migrationName);
}
