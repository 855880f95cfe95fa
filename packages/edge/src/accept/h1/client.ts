import type { ClientFacts } from "#exchange.ts";
import type { Conn, Endpoint, TlsFacts } from "#wire/conn.ts";

/** Who is behind a request. Our own address is asked for by few: it may take a call to the system. */
export class H1Client implements ClientFacts {
  readonly remote: Endpoint;
  readonly tls: TlsFacts | null;
  readonly connection: number;
  readonly request: number;
  readonly #conn: Conn;

  constructor(conn: Conn, connection: number, request: number) {
    this.#conn = conn;
    this.remote = conn.remote;
    this.tls = conn.tls;
    this.connection = connection;
    this.request = request;
  }

  get local(): Endpoint {
    return this.#conn.local;
  }
}
