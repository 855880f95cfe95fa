import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstLine } from "../../run.ts";
import type { Site } from "../site.ts";
import type { CrowdOptions, CrowdReport } from "./crowd.ts";

export interface CrowdFigures extends CrowdReport {
  /** Microseconds of CPU for each post that was taken. */
  readonly serving: number;
  readonly decoding: number;
}

/** Lets a crowd write, from a process of its own. */
export async function runCrowd(
  site: Pick<Site, "cpu">,
  options: CrowdOptions,
  cores: string,
): Promise<CrowdFigures> {
  const file = join(tmpdir(), `egide-crowd-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(options));
  const before = site.cpu();
  const script = join(import.meta.dirname, "crowd.ts");
  const child = Bun.spawn(["taskset", "-c", cores, process.execPath, script, file], {
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    const report = JSON.parse(await firstLine(child.stdout)) as CrowdReport;
    const after = site.cpu();
    const taken = Math.max(1, report.taken);
    return {
      ...report,
      serving: (after.serving - before.serving) / taken,
      decoding: (after.decoding - before.decoding) / taken,
    };
  } finally {
    await child.exited;
    rmSync(file, { force: true });
  }
}
