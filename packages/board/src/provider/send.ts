import { AppError } from "@egide/std/error.ts";

/** Milliseconds that another server has to answer: the outbox tries again. */
const ANSWER_MS = 10_000;
const ANSWER_MOST = 1_048_576;

/** A POST of JSON; answers what came back, throws AppError with the word whether to try again. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      body,
      redirect: "error",
      headers: { ...headers, "content-type": "application/json" },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (cause) {
    throw failed("board.peer_unreachable", true, "The other side can't be reached.", cause);
  }
  const text = (await response.text().catch(() => "")).slice(0, ANSWER_MOST);
  if (!response.ok) {
    const { status } = response;
    // What was refused as such is refused again; what was too much, or too early, may pass later.
    const retry = status >= 500 || status === 408 || status === 429;
    throw failed("board.peer_refused", retry, `The other side answered ${status}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function failed(
  code: string,
  retry: boolean,
  publicMessage: string,
  cause?: unknown,
): AppError {
  return new AppError({ code, source: "operator", retry, publicMessage, cause });
}
