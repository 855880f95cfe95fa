import type { Output } from "./case.ts";
import type { StageResult } from "./stage.ts";

/** What of a result is not as the case wants it; undefined where all is. */
export function judge(output: Output, result: StageResult): string | undefined {
  const log = output.log ?? {};
  const seen = `matched instead: ${[...result.ids].join(" ") || "nothing"}`;
  if (result.fault !== undefined) return `the engine failed: ${result.fault}`;
  const missing = (log.expect_ids ?? []).filter((id) => !result.ids.has(id));
  if (missing.length > 0) return `no match of ${missing.join(" ")}; ${seen}`;
  const unwanted = (log.no_expect_ids ?? []).filter((id) => result.ids.has(id));
  if (unwanted.length > 0) return `unwanted match of ${unwanted.join(" ")}; ${seen}`;
  const text = result.log.join("\n");
  if (log.match_regex !== undefined && !new RegExp(log.match_regex).test(text)) {
    return `the log does not match ${log.match_regex}; ${seen}`;
  }
  if (log.no_match_regex !== undefined && new RegExp(log.no_match_regex).test(text)) {
    return `the log matches ${log.no_match_regex}; ${seen}`;
  }
  if (output.expect_error === true && !result.error) return "no error where one is expected";
  if (output.status !== undefined && output.status !== result.status) {
    return `status ${result.status}, not ${output.status}; ${seen}`;
  }
  return undefined;
}
