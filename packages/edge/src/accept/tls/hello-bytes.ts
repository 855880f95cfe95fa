/** Makes ClientHellos for tests: the opposite of client-hello.ts, and as little clever. */
export interface HelloShape {
  readonly version: number;
  readonly ciphers: readonly number[];
  /** Types in order. Those this file knows get a body from the fields below, others an empty one. */
  readonly extensions: readonly number[];
  readonly serverName?: string;
  readonly alpn?: readonly string[];
  readonly versions?: readonly number[];
  readonly algorithms?: readonly number[];
}

/** The handshake message, header included. */
export function helloBytes(shape: HelloShape): Uint8Array {
  const extensions = shape.extensions.flatMap((type) => [
    ...u16(type),
    ...vector16(extensionBody(type, shape)),
  ]);
  const body = [
    ...u16(shape.version),
    ...Array.from({ length: 32 }, () => 7),
    0,
    ...vector16(shape.ciphers.flatMap(u16)),
    1,
    0,
    ...(extensions.length === 0 ? [] : vector16(extensions)),
  ];
  return Uint8Array.from([1, 0, ...vector16(body)]);
}

/** Wraps it in records: one, or more cut at `cuts`. */
export function inRecords(message: Uint8Array, cuts: readonly number[] = []): Uint8Array {
  const inner = cuts.filter((at) => at > 0 && at < message.length).toSorted((a, b) => a - b);
  const ends = new Set([...inner, message.length]);
  const out: number[] = [];
  let from = 0;
  for (const end of ends) {
    out.push(22, 3, 1, ...vector16([...message.subarray(from, end)]));
    from = end;
  }
  return Uint8Array.from(out);
}

function extensionBody(type: number, shape: HelloShape): number[] {
  switch (type) {
    case 0x0000:
      return vector16([0, ...vector16(chars(shape.serverName ?? "example.org"))]);
    case 0x0010:
      return vector16((shape.alpn ?? []).flatMap((name) => [name.length, ...chars(name)]));
    case 0x000d:
      return vector16((shape.algorithms ?? []).flatMap(u16));
    case 0x002b: {
      const list = (shape.versions ?? []).flatMap(u16);
      return [list.length, ...list];
    }
    default:
      return [];
  }
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function vector16(bytes: number[]): number[] {
  return [...u16(bytes.length), ...bytes];
}

function chars(text: string): number[] {
  return [...Buffer.from(text, "latin1")];
}
