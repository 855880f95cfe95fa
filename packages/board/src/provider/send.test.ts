import { afterEach, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { sealMessage } from "@egide/contract/abuse/sealed.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { takeMessage } from "#provider/intake.ts";
import { postJson } from "#provider/send.ts";

const servers: { stop(now: boolean): unknown }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

function peer(answer: () => Response): string {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  servers.push(server);
  return `http://127.0.0.1:${server.port}/`;
}

async function errorOf(run: Promise<unknown>): Promise<AppError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (error instanceof AppError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

test("only what says that this very message is not taken ends the attempts", async () => {
  const retried: Record<number, boolean> = {};
  for (const status of [400, 401, 403, 404, 405, 408, 410, 413, 415, 422, 429, 500, 502, 503]) {
    const error = await errorOf(
      postJson(
        peer(() => new Response("", { status })),
        "{}",
      ),
    );
    retried[status] = error.retry;
  }
  const final = Object.keys(retried).filter((status) => !retried[Number(status)]);
  expect(final).toEqual(["400", "413", "415", "422"]);
});

test("who answers without end is read no further than an answer may be long", async () => {
  let sent = 0;
  const url = peer(
    () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 65_536;
            controller.enqueue(new Uint8Array(65_536).fill(32));
          },
        }),
      ),
  );
  expect(await postJson(url, "{}")).toBeNull();
  // Some of it is on its way already when it is let go.
  expect(sent).toBeLessThan(64 * 1_048_576);
});

test("a message is refused in the words of the key that signed it", async () => {
  const clock = new FakeClock(Date.now());
  const [old, next] = [1, 2].map((seed) => signingKeyOf(new Uint8Array(32).fill(seed)));
  const keys = [old, next].map((key) => key?.publicText ?? "");
  const delivery = { kind: "egide", url: "", party: "provider.test", keys } as const;
  const settings = { delivery, contact: { domain: "board.test" } };
  const deps = { clock, settings } as unknown as ProviderDeps;
  const stale = new Date(clock.now() - 30 * 86_400_000).toISOString();
  const message = { id: randomUUID(), issued: stale, from: "provider.test", to: "board.test" };
  const body = { message: randomUUID(), reference: "r" };
  for (const key of [old, next]) {
    if (key === undefined) throw new Error("no key");
    const sealed = sealMessage({ format: 1, ...message, kind: "received", body }, key);
    expect((await errorOf(takeMessage(deps, sealed))).code).toBe("abuse.stale");
  }
  const stranger = signingKeyOf(new Uint8Array(32).fill(9));
  const sealed = sealMessage({ format: 1, ...message, kind: "received", body }, stranger);
  expect((await errorOf(takeMessage(deps, sealed))).code).toBe("abuse.unknown_key");
});
