import { RawClient, type RawTarget } from "@egide/testkit/raw-client.ts";
import type { ReferenceResponse } from "@egide/testkit/reference/message.ts";
import { readResponses } from "@egide/testkit/reference/response.ts";

const TIMEOUT_MS = 15_000;

/**
 * An HTTP/1.1 visitor. It keeps its connection where it may, and does what RFC 9112, section 9.5, lets
 * a client do when an idle connection turns out to be closed: sends a GET once more on a new one.
 */
export class Visitor {
  /** Times that a kept connection was found closed: allowed, but worth knowing. */
  repeated = 0;
  readonly #target: RawTarget;
  #connection: RawClient | null = null;

  constructor(target: RawTarget) {
    this.#target = target;
  }

  async get(path: string, keep: boolean): Promise<ReferenceResponse> {
    const kept = this.#connection;
    const close = keep ? "" : "Connection: close\r\n";
    const text = `GET ${path} HTTP/1.1\r\nHost: site.test\r\n${close}\r\n`;
    try {
      return await this.#exchange(text, keep);
    } catch (error) {
      const stale = error instanceof NothingCame && kept !== null;
      if (!stale) throw error;
      this.repeated++;
      return await this.#exchange(text, keep);
    }
  }

  /** A request that must not be sent twice: always on a connection of its own. */
  async send(text: string, parts: readonly Uint8Array[] = []): Promise<ReferenceResponse> {
    this.leave();
    return await this.#exchange(text, false, parts);
  }

  leave(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #exchange(
    text: string,
    keep: boolean,
    parts: readonly Uint8Array[] = [],
  ): Promise<ReferenceResponse> {
    const client = this.#connection ?? (await RawClient.connect(this.#target));
    this.#connection = null;
    const from = client.received.length;
    client.send(text);
    for (const part of parts) client.send(part);
    const response = await client.until((received) => {
      const { responses, malformed } = readResponses(
        received.subarray(from),
        ["GET"],
        client.ended,
      );
      if (malformed !== null) throw new Error(malformed);
      return responses.find(({ status }) => status >= 200) ?? (client.ended ? null : undefined);
    }, TIMEOUT_MS);
    if (response === null) {
      client.destroy();
      if (client.received.length > from) throw new Error("an answer was cut off in its head");
      throw new NothingCame(
        client.broken ? "the connection was reset" : "the connection was closed",
      );
    }
    if (!response.complete) throw new Error("an answer was cut off");
    const last = response.fields.some(
      ([n, v]) => n.toLowerCase() === "connection" && /close/i.test(v),
    );
    if (keep && !last && !client.ended && client.received.length < 5_000_000) {
      this.#connection = client;
    } else client.destroy();
    return response;
  }
}

/** The connection ended before a byte of the answer: the request was not worked on, or may not have been. */
class NothingCame extends Error {}
