/** What a peer is asked to do in the suite `edge`; a peer leaves out what it can't. */
export interface Ports {
  readonly plain: number;
  readonly tls: number;
}

export interface Ground {
  /** Empty folder of the peer's own. */
  readonly folder: string;
  readonly ports: Ports;
  /** Port of the origin on 127.0.0.1. */
  readonly origin: number;
  readonly certificate: string;
  readonly key: string;
}

export interface Peer {
  readonly name: string;
  /** Version line of the program, or null where it is not installed. */
  version(): Promise<string | null>;
  /** Writes its configuration and answers the command that runs it in the foreground on one core. */
  command(ground: Ground): Promise<{ argv: string[]; env?: Record<string, string> }>;
  /** What is told to the running peer before it is measured; `folder` is its own. */
  prepared?(folder: string): Promise<void>;
  /** Talks TLS (and HTTP/2) itself. */
  readonly tls: boolean;
  readonly cache: boolean;
}
