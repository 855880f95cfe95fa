import { afterAll, beforeAll, describe } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, postgresPrograms, startPostgres } from "#postgres.ts";

/**
 * One suite, run on each engine: `suite` gets the engine's name and a maker of addresses of fresh,
 * empty databases. Where PostgreSQL is not installed its half is shown as skipped.
 */
export function onEachEngine(
  name: string,
  suite: (fresh: () => Promise<string>, engine: "sqlite" | "postgres") => void,
): void {
  describe(`${name} (SQLite)`, () => {
    const folder = mkdtempSync(join(tmpdir(), "egide-sqlite-"));
    let made = 0;
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    suite(async () => `sqlite:${join(folder, `${++made}.db`)}`, "sqlite");
  });
  describe.skipIf(postgresPrograms() === null)(`${name} (PostgreSQL)`, () => {
    let server: PostgresServer | null = null;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(async () => server?.stop());
    suite(async () => (server as PostgresServer).database(), "postgres");
  });
}
