import { AppError } from "@egide/std/error.ts";

/** Milliseconds that another server has to answer: the outbox tries again. */
const ANSWER_MS = 10_000;
const ANSWER_MOST = 1_048_576;
/** What says that this very message is not taken (RFC 9110, sections 15.5.1, 15.5.14, 15.5.16 and 15.5.21). */
const REFUSED = new Set([400, 413, 415, 422]);

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
  const text = await textOf(response).catch(() => "");
  if (!response.ok) {
    const { status } = response;
    // What was refused as such is refused again. All else may pass once somebody has mended an address,
    // a key or a proxy that is in the way: a report must not be lost by that.
    const retry = !REFUSED.has(status);
    throw failed("board.peer_refused", retry, `The other side answered ${status}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The beginning of an answer: who answers without end is read no further. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (text.length >= ANSWER_MOST) break;
  }
  return text.slice(0, ANSWER_MOST);
}

export function failed(
  code: string,
  retry: boolean,
  publicMessage: string,
  cause?: unknown,
): AppError {
  return new AppError({ code, source: "operator", retry, publicMessage, cause });
}
