import { mkdirSync, writeFileSync } from "node:fs";
import { REFERENCE, referenceFiles } from "#reference/files.ts";

/* `npm run reference`: writes what the test beside this file holds to be current. */
mkdirSync(REFERENCE, { recursive: true });
for (const [name, text] of referenceFiles()) writeFileSync(new URL(name, REFERENCE), text);
