import { connect } from "node:net";
import { AppError } from "@egide/std/error.ts";
import type { ZodType } from "zod";
import { failedSchema, MAX_LINE } from "#control/message.ts";

/** Longer than the process itself waits for its workers. */
const ANSWER_MS = 10_000;

/**
 * Asks the process behind a control socket, a JSON line each way. Answers what `schema` reads; throws
 * AppError: with `control.*` where nobody could be asked, with the process's own code where it refused.
 */
export async function ask<Answer>(
  socketPath: string,
  request: object,
  schema: ZodType<Answer>,
): Promise<Answer> {
  const line = `${JSON.stringify(request)}\n`;
  if (line.length > MAX_LINE) throw tooMuch();
  const answer = parse(await converse(socketPath, line));
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const failed = failedSchema.safeParse(answer);
  if (!failed.success) {
    throw failure(
      "control.unanswered",
      "the running process gave no answer: what was asked may be done or not; ask again",
    );
  }
  if (failed.data.code !== undefined) throw failure(failed.data.code, failed.data.error);
  throw failure(
    "control.not_understood",
    "the running process is of a version that doesn't know this; SIGUSR2 replaces it by the one installed",
  );
}

export function tooMuch(): AppError {
  return failure("control.too_much", "too much for one request: ask in several");
}

/** What the other side says until it closes. */
function converse(socketPath: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(socketPath, () => socket.write(line));
    socket.setEncoding("utf8");
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => reject(explain(error, socketPath)));
    socket.on("close", () => resolve(text));
  });
}

function explain({ code }: NodeJS.ErrnoException, socketPath: string): AppError {
  if (code === "EACCES" || code === "EPERM") {
    return failure(
      "control.not_allowed",
      `${socketPath} may not be opened: run this as the user that Égide runs as`,
    );
  }
  // No socket, or one that a killed process left behind.
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") {
    return failure(
      "control.nothing_runs",
      `nothing runs there: no process answers at ${socketPath}`,
    );
  }
  return failure("control.unanswered", `${socketPath}: ${code ?? "the connection failed"}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failure(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
