import type { AppError } from "@egide/std/error.ts";
import type { Exchange } from "#exchange.ts";

/** From here on tells whether the visitor has left; who listened before hears of it too. */
export function whetherGone(exchange: Exchange): () => boolean {
  const { onAbort } = exchange;
  let gone = false;
  exchange.onAbort = () => {
    gone = true;
    onAbort?.();
  };
  return () => gone;
}

/** Reads a small body whole. Null: there is more than `most`, or it broke off; the rest is not read. */
export function collectBody(
  exchange: Exchange,
  most: number,
  done: (body: Buffer | null) => void,
): void {
  const { body, bodyLength } = exchange;
  if (body === null || bodyLength > most) {
    done(body === null ? Buffer.alloc(0) : null);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  let over = false;
  const settle = (whole: Buffer | null): void => {
    if (over) return;
    over = true;
    done(whole);
  };
  body.pipe({
    data(chunk) {
      if (over) return;
      length += chunk.length;
      if (length <= most) {
        chunks.push(Buffer.from(chunk)); // Borrowed: a copy is kept.
        return;
      }
      body.cancel();
      settle(null);
    },
    end: () => settle(Buffer.concat(chunks, length)),
    fail: (_error: AppError) => settle(null),
  });
}
