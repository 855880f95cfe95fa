import { AppError } from "@egide/std/error.ts";
import { originError } from "#upstream/failure.ts";
import type { StreamFaults } from "#wire/h2/faults.ts";

/** An answer over HTTP/2 that can't be used, or a stream that the origin broke off. */
export function http2Error(fault: "reset" | "malformed" | "over"): AppError {
  return new AppError({
    code: `origin.http2.${fault}`,
    source: "origin",
    retry: false,
    publicMessage: "The site's server gave an answer that can't be used.",
  });
}

/** Made once: sinks of bodies that break off hear them. */
export const ORIGIN_FAULTS: StreamFaults = {
  reset: originError("origin.body_cut_short"),
  malformed: http2Error("malformed"),
  lost: originError("origin.body_cut_short"),
  tooSlow: originError("origin.idle_timeout"),
  tooLarge: http2Error("malformed"),
  over: http2Error("over"),
};
