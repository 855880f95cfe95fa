/** Runs an origin as a process of its own: `bun main.ts site|bulk`. Says where it listens. */
import { startBulkOrigin } from "#origin/bulk.ts";
import { startSite } from "#origin/site.ts";

const origin = process.argv[2] === "bulk" ? startBulkOrigin() : startSite();
process.stdout.write(`listening on 127.0.0.1:${origin.port}\n`);
