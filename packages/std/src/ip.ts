/** Addresses as bytes: 4 for IPv4, 16 for IPv6; an IPv4-mapped IPv6 address becomes its 4 bytes. */
export function parseIp(text: string): Uint8Array | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** One spelling for one address: IPv4-mapped as IPv4, no scope; null where it is no address. */
export function canonicalIp(text: string): string | null {
  const scope = text.indexOf("%");
  const bare = scope < 0 ? text : text.slice(0, scope);
  // The kernel's own spelling on a dual-stack socket.
  if (bare.startsWith("::ffff:") && bare.includes("."))
    return parseV4(bare.slice(7)) && bare.slice(7);
  return parseIp(bare) === null ? null : bare.toLowerCase();
}

function parseV4(text: string): Uint8Array | null {
  const out = new Uint8Array(4);
  let part = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? 0x2e : text.charCodeAt(i);
    if (code === 0x2e) {
      if (value < 0 || part > 3) return null;
      out[part++] = value;
      value = -1;
      continue;
    }
    const digit = code - 0x30;
    // A leading zero is octal to some readers and decimal to others.
    if (digit < 0 || digit > 9 || value === 0) return null;
    value = value < 0 ? digit : value * 10 + digit;
    if (value > 255) return null;
  }
  return part === 4 ? out : null;
}

function parseV6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] as string, true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...ZEROS.slice(0, missing), ...tail];
  const out = new Uint8Array(16);
  all.forEach((group, i) => {
    out[i * 2] = group >> 8;
    out[i * 2 + 1] = group & 0xff;
  });
  const mapped = all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff;
  return mapped ? out.slice(12) : out;
}

const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0];

function groups(text: string, mayEndInV4: boolean): number[] | null {
  if (text === "") return [];
  const out: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (mayEndInV4 && i === parts.length - 1 && part.includes(".")) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      out.push(
        ((v4[0] as number) << 8) | (v4[1] as number),
        ((v4[2] as number) << 8) | (v4[3] as number),
      );
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      out.push(Number.parseInt(part, 16));
    }
  }
  return out.length > 8 ? null : out;
}

export interface Cidr {
  readonly bytes: Uint8Array;
  /** Leading bits that count. */
  readonly bits: number;
}

/** An address or a block in CIDR notation; null where it is neither. Host bits may be set and are ignored. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const bytes = parseIp(address);
  if (bytes === null) return null;
  const full = bytes.length * 8;
  if (slash < 0) return { bytes, bits: full };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return null;
  // A mapped block (::ffff:0:0/96 and longer) speaks of IPv4.
  const bits = bytes.length === 4 && address.includes(":") ? Number(length) - 96 : Number(length);
  return bits < 0 || bits > full ? null : { bytes, bits };
}

export function cidrContains(block: Cidr, address: Uint8Array): boolean {
  if (block.bytes.length !== address.length) return false;
  const whole = block.bits >> 3;
  for (let i = 0; i < whole; i++) if (block.bytes[i] !== address[i]) return false;
  const rest = block.bits & 7;
  if (rest === 0) return true;
  const mask = 0xff00 >> rest;
  return ((block.bytes[whole] as number) & mask) === ((address[whole] as number) & mask);
}

/**
 * Network of an IPv6 address: its first `bits`, in one spelling (not the RFC 5952 one). An IPv4 address
 * (mapped, too) stands for itself; null where it is no address.
 */
export function networkOf(address: string, bits: number): string | null {
  const scope = address.indexOf("%");
  const bytes = parseIp(scope < 0 ? address : address.slice(0, scope));
  if (bytes === null) return null;
  if (bytes.length === 4) return bytes.join(".");
  let text = "";
  for (let at = 0; at * 8 < bits; at++) {
    const kept = Math.min(8, bits - at * 8);
    const byte = (bytes[at] as number) & (0xff00 >> kept) & 0xff;
    if (at > 0 && (at & 1) === 0) text += ":";
    text += byte.toString(16).padStart(2, "0");
  }
  return `${text}::/${bits}`;
}

/** A set of blocks, small enough to be walked: trusted proxies, never-ban lists. */
export class CidrSet {
  readonly #blocks: Cidr[];

  /** Throws a TypeError for what is no block: configuration was checked before. */
  constructor(blocks: readonly string[]) {
    this.#blocks = blocks.map((text) => {
      const block = parseCidr(text);
      if (block === null) throw new TypeError(`not an address or block: ${text}`);
      return block;
    });
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  has(address: string): boolean {
    if (this.#blocks.length === 0) return false;
    const bytes = parseIp(address);
    return bytes !== null && this.#blocks.some((block) => cidrContains(block, bytes));
  }
}
