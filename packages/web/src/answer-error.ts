import { randomBytes } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { HTTPException } from "hono/http-exception";
import type { ErrorPage, WebContext } from "#context.ts";
import { describe, WEB_STATUSES } from "#describe.ts";
import type { Texts } from "#locale.ts";
import { problemOf, wantsJson } from "#problem.ts";
import type { StatusTable } from "#status.ts";
import { statusOf } from "#status.ts";

/** How a product's errors become answers. */
export interface ErrorAnswers {
  readonly statuses: StatusTable;
  /** Texts for people by error code; a code without one shows the error's public message. */
  readonly texts: Readonly<Record<string, Texts>>;
  readonly errorPage: ErrorPage;
  /** Takes what nobody expected, with its reference: the only place where a cause is shown. */
  readonly report: (error: unknown, reference: string) => void;
}

/** Turns what was thrown into a page or, for a program, a problem response (RFC 9457). */
export async function answerError(
  c: WebContext,
  thrown: unknown,
  answers: ErrorAnswers,
): Promise<Response> {
  const error = expected(thrown, answers.report);
  const status = statusOf(error, { ...WEB_STATUSES, ...answers.statuses });
  const detail = describe(error, c.get("locale"), answers.texts);
  const response = wantsJson(c.req.header("accept"))
    ? Response.json(problemOf(error, status, detail), {
        headers: { "content-type": "application/problem+json" },
        status,
      })
    : await answers.errorPage(c, error, status, detail);
  response.headers.set("cache-control", "no-store");
  if (error.retryAfter !== null) response.headers.set("retry-after", String(error.retryAfter));
  return response;
}

function expected(thrown: unknown, report: ErrorAnswers["report"]): AppError {
  if (thrown instanceof AppError) {
    // Whose fault it is decides who has to hear of it.
    if (thrown.source !== "client") report(thrown, thrown.code);
    return thrown;
  }
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new AppError({
      code: "web.form",
      source: "client",
      retry: false,
      publicMessage: thrown.message,
      cause: thrown,
    });
  }
  const reference = randomBytes(6).toString("hex");
  report(thrown, reference);
  return new AppError({
    code: "web.unexpected",
    source: "edge",
    retry: false,
    publicMessage: `Something went wrong here (reference ${reference}).`,
    cause: thrown,
  });
}
