import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import { h1Cases, h2Cases } from "./exactness/cases.ts";
import { runH1Case } from "./exactness/run-h1.ts";
import { runH2Case } from "./exactness/run-h2.ts";
import { originCases } from "./origin/cases.ts";
import { runOriginCase } from "./origin/run.ts";
import { startTarget } from "./target/start.ts";
import type { Target, TargetName } from "./target/target.ts";

export type SuiteName = "exactness" | "origin";

export interface CaseResult {
  readonly id: string;
  readonly about: string;
  readonly complaints: readonly string[];
}

interface Runnable {
  readonly id: string;
  readonly about: string;
  run(target: Target, origin: RecordingOrigin): Promise<string[]>;
}

/** Every case of a suite, each ready to run. */
export function casesOf(suite: SuiteName): Runnable[] {
  const runnable = <T extends { id: string; about: string }>(
    cases: readonly T[],
    run: (target: Target, origin: RecordingOrigin, each: T) => Promise<string[]>,
  ): Runnable[] =>
    cases.map((each) => ({
      id: each.id,
      about: each.about,
      run: (target, origin) => run(target, origin, each),
    }));
  if (suite === "origin") return runnable(originCases, runOriginCase);
  return [...runnable(h1Cases, runH1Case), ...runnable(h2Cases, runH2Case)];
}

/** Runs the cases one after the other against a proxy that it starts and stops. */
export async function runSuite(
  suite: SuiteName,
  name: TargetName,
  only: string,
  report: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const origin = await RecordingOrigin.start();
  const results: CaseResult[] = [];
  try {
    const target = await startTarget(name, { originPort: origin.port });
    try {
      for (const each of casesOf(suite)) {
        if (!each.id.startsWith(only)) continue;
        const complaints = await each
          .run(target, origin)
          .catch((error: unknown) => [
            `the run itself failed: ${error instanceof Error ? error.message : String(error)}`,
          ]);
        const result = { id: each.id, about: each.about, complaints };
        results.push(result);
        report(result);
      }
    } finally {
      await target.stop();
    }
  } finally {
    await origin.stop();
  }
  return results;
}
