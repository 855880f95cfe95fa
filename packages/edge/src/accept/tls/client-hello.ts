/**
 * The first message of a TLS client (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2), as far as
 * an edge needs it before the handshake: who is asked for, and what the client looks like. GREASE
 * values (RFC 8701) are kept; `ja4.ts` leaves them out.
 */
export interface ClientHello {
  /** `legacy_version`. */
  readonly version: number;
  /** Server name, lower case, without a trailing dot; "" where none was sent. */
  readonly serverName: string;
  readonly ciphers: readonly number[];
  /** Extension types in the order they came. */
  readonly extensions: readonly number[];
  /** Empty where the extension was not sent. */
  readonly supportedVersions: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  /** One char a byte. */
  readonly alpn: readonly string[];
}

export type HelloResult =
  | { readonly kind: "hello"; readonly hello: ClientHello }
  | { readonly kind: "incomplete" }
  /** `alert` is the TLS alert to send, or 0 where the peer does not speak TLS at all. */
  | { readonly kind: "fault"; readonly code: HelloFault; readonly alert: number };

export type HelloFault =
  | "tls.not_tls"
  | "tls.hello_too_large"
  | "tls.hello_malformed"
  | "tls.bad_server_name";

/** Real hellos stay under 4 KB, post-quantum key shares and resumption included. */
export const MAX_HELLO_BYTES = 16_384;

/** Bounds on the work that one hello can make: real ones take one or two records, about 20 extensions. */
const MAX_RECORDS = 32;
const MAX_EXTENSIONS = 128;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const DECODE_ERROR = 50;
const ILLEGAL_PARAMETER = 47;
const RECORD_OVERFLOW = 22;

const incomplete: HelloResult = { kind: "incomplete" };

function fault(code: HelloFault, alert: number): HelloResult {
  return { kind: "fault", code, alert };
}

/** Reads what has come of a connection so far. Pure; call it again with more after `incomplete`. */
export function readClientHello(bytes: Uint8Array): HelloResult {
  let body: Uint8Array | null;
  try {
    body = joinRecords(bytes);
    if (body === null) return incomplete;
    return { kind: "hello", hello: readBody(new Reader(body)) };
  } catch (error) {
    if (error instanceof Malformed) return error.result;
    throw error;
  }
}

/** The ClientHello's bytes without handshake header; it may be spread over records. Null: more to come. */
function joinRecords(bytes: Uint8Array): Uint8Array | null {
  let joined: Uint8Array | null = null;
  let at = 0;
  for (let records = 0; ; records++) {
    if (records === MAX_RECORDS) throw new Malformed(malformed);
    if (at < bytes.length && bytes[at] !== HANDSHAKE) {
      throw new Malformed(at === 0 ? fault("tls.not_tls", 0) : malformed);
    }
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) {
      throw new Malformed(at === 0 ? fault("tls.not_tls", 0) : malformed);
    }
    if (at + 5 > bytes.length) return null;
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    // Section 5.1: no zero-length fragments of handshake messages, none beyond 2^14.
    if (length === 0) throw new Malformed(malformed);
    if (length > 16_384) throw new Malformed(fault("tls.hello_too_large", RECORD_OVERFLOW));
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    joined = joined === null ? fragment : concat(joined, fragment);
    const size = messageSize(joined);
    if (size !== -1 && joined.length >= size) return joined.subarray(4, size);
    if (fragment.length < length) return null;
    at += 5 + length;
  }
}

/** Bytes of the handshake message with its header, or -1 while they are not known. */
function messageSize(joined: Uint8Array): number {
  if (joined.length > 0 && joined[0] !== CLIENT_HELLO) throw new Malformed(malformed);
  if (joined.length < 4) return -1;
  const size =
    4 + (((joined[1] as number) << 16) | ((joined[2] as number) << 8) | (joined[3] as number));
  if (size > MAX_HELLO_BYTES) throw new Malformed(fault("tls.hello_too_large", ILLEGAL_PARAMETER));
  return size;
}

function readBody(reader: Reader): ClientHello {
  const version = reader.u16();
  reader.skip(32);
  reader.skip(reader.u8());
  const ciphers = reader.block(reader.u16()).u16s();
  reader.skip(reader.u8());
  const hello = {
    version,
    serverName: "",
    ciphers,
    extensions: [] as number[],
    supportedVersions: [] as readonly number[],
    signatureAlgorithms: [] as readonly number[],
    alpn: [] as readonly string[],
  };
  // TLS 1.2 clients may leave the whole block out.
  if (reader.left === 0) return hello;
  const extensions = reader.block(reader.u16());
  reader.done();
  while (extensions.left > 0) {
    const type = extensions.u16();
    const body = extensions.block(extensions.u16());
    // Section 4.2: not more than one extension of a type.
    if (hello.extensions.includes(type) || hello.extensions.length === MAX_EXTENSIONS) {
      throw new Malformed(fault("tls.hello_malformed", ILLEGAL_PARAMETER));
    }
    hello.extensions.push(type);
    if (type === 0x0000) hello.serverName = readServerName(body);
    else if (type === 0x0010) hello.alpn = readAlpn(body);
    else if (type === 0x000d) hello.signatureAlgorithms = body.block(body.u16()).u16s();
    else if (type === 0x002b) hello.supportedVersions = body.block(body.u8()).u16s();
  }
  return hello;
}

/** RFC 6066, section 3: exactly one name of type host_name, in practice the only type there is. */
function readServerName(body: Reader): string {
  const list = body.block(body.u16());
  body.done();
  const type = list.u8();
  const name = list.block(list.u16());
  if (type !== 0 || list.left !== 0) throw new Malformed(malformed);
  const text = name.hostName();
  if (text === null) throw new Malformed(fault("tls.bad_server_name", ILLEGAL_PARAMETER));
  return text;
}

/** RFC 7301, section 3.1. */
function readAlpn(body: Reader): readonly string[] {
  const list = body.block(body.u16());
  body.done();
  const out: string[] = [];
  while (list.left > 0) {
    const length = list.u8();
    if (length === 0) throw new Malformed(malformed);
    out.push(list.latin1(length));
  }
  if (out.length === 0) throw new Malformed(malformed);
  return out;
}

const malformed = fault("tls.hello_malformed", DECODE_ERROR);

class Malformed extends Error {
  readonly result: HelloResult;

  constructor(result: HelloResult) {
    super("malformed ClientHello");
    this.result = result;
  }
}

/** Takes fields from the front of a vector; running over its end is a malformed message. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    this.#need(1);
    return this.#bytes[this.#at++] as number;
  }

  u16(): number {
    const high = this.u8();
    return (high << 8) | this.u8();
  }

  skip(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  block(count: number): Reader {
    this.#need(count);
    const at = this.#at;
    this.#at += count;
    return new Reader(this.#bytes, at, at + count);
  }

  /** All that is left as 16-bit numbers: at least one, and no odd byte. */
  u16s(): number[] {
    if (this.left === 0 || this.left % 2 !== 0) throw new Malformed(malformed);
    const out: number[] = [];
    while (this.left > 0) out.push(this.u16());
    return out;
  }

  latin1(count: number): string {
    this.#need(count);
    let out = "";
    for (let i = 0; i < count; i++) out += String.fromCharCode(this.u8());
    return out;
  }

  /** All that is left as a host name in lower case, or null where it is none. */
  hostName(): string | null {
    const length = this.left;
    if (length === 0 || length > 255) return null;
    let out = "";
    for (let i = 0; i < length; i++) {
      let byte = this.u8();
      if (byte >= 0x41 && byte <= 0x5a) byte += 0x20;
      if (!isNameByte(byte)) return null;
      out += String.fromCharCode(byte);
    }
    return out.endsWith(".") ? out.slice(0, -1) : out;
  }

  done(): void {
    if (this.left !== 0) throw new Malformed(malformed);
  }

  #need(count: number): void {
    if (this.left < count) throw new Malformed(malformed);
  }
}

/** Letters, digits, dash, dot, underscore; the colon of address literals that some clients send. */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x3a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f
  );
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
