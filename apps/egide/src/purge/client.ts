import { connect } from "node:net";
import { AppError } from "@egide/std/error.ts";
import {
  MAX_LINE,
  type PurgeAnswer,
  type PurgeRequest,
  purgeAnswerSchema,
  purgeRequestSchema,
} from "#purge/message.ts";

/** Longer than the process itself waits for its worker. */
const ANSWER_MS = 10_000;

/** Asks the process behind the control socket. Answers when it was purged; throws AppError. */
export async function requestPurge(socketPath: string, request: PurgeRequest): Promise<number> {
  const line = `${JSON.stringify(request)}\n`;
  if (line.length > MAX_LINE || !purgeRequestSchema.safeParse(request).success) {
    throw failure("purge.too_much", "too much for one purge: ask in several");
  }
  const answer = readAnswer(await converse(socketPath, line));
  if (answer === null) {
    throw failure(
      "purge.unanswered",
      "the running process gave no answer: what was asked may be purged or not; ask again",
    );
  }
  if ("at" in answer) return answer.at;
  if (answer.code !== undefined) throw failure(answer.code, answer.error);
  throw failure(
    "purge.not_understood",
    "the running process is of a version that can't be told to purge; SIGUSR2 replaces it by the one installed",
  );
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
      "purge.not_allowed",
      `${socketPath} may not be opened: run this as the user that Égide runs as`,
    );
  }
  // No socket, or one that a killed process left behind.
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") {
    return failure("purge.nothing_runs", `nothing runs there: no process answers at ${socketPath}`);
  }
  return failure("purge.unanswered", `${socketPath}: ${code ?? "the connection failed"}`);
}

function readAnswer(text: string): PurgeAnswer | null {
  try {
    return purgeAnswerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function failure(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
