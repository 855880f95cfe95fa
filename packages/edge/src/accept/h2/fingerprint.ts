import { ACK, HEADERS, PRIORITY, SETTINGS, WINDOW_UPDATE } from "#wire/h2/constants.ts";
import { AUTHORITY, METHOD, PATH, SCHEME } from "#wire/h2/hpack/names.ts";

/** Settings and PRIORITY frames that are written down; no browser sends more. */
const MOST = 32;

const LETTERS: Readonly<Record<number, string>> = {
  [METHOD]: "m",
  [SCHEME]: "s",
  [PATH]: "p",
  [AUTHORITY]: "a",
};

/**
 * How a client opens its HTTP/2 connection, as text: the settings in order, the first widening of the
 * connection's window, the PRIORITY frames, the order of pseudo-headers. Libraries are told from the
 * browsers that they claim to be by it (Shuster, Akamai: Passive Fingerprinting of HTTP/2 Clients, 2017):
 *
 *     1:65536;2:0;4:6291456;6:262144|15663105|0|m,a,s,p
 */
export class Http2Fingerprint {
  #settings = "";
  #settingsSeen = false;
  #window = "00";
  #priorities = "";
  #count = 0;
  /** True until the first request. */
  isOpen = true;

  /** A frame that came before the first request's fields are read. */
  frame(type: number, flags: number, id: number, bytes: Buffer, at: number, end: number): void {
    switch (type) {
      case SETTINGS:
        if (!this.#settingsSeen && (flags & ACK) === 0) this.#readSettings(bytes, at, end);
        break;
      case WINDOW_UPDATE:
        if (id === 0 && this.#window === "00" && end - at === 4)
          this.#window = String(bytes.readUInt32BE(at) & 0x7fff_ffff);
        break;
      case PRIORITY:
        if (end - at === 5 && this.#count++ < MOST) this.#readPriority(id, bytes, at);
        break;
      case HEADERS:
        this.isOpen = false;
        break;
      default:
    }
  }

  #readSettings(bytes: Buffer, at: number, end: number): void {
    this.#settingsSeen = true;
    const stop = Math.min(end, at + MOST * 6);
    for (let i = at; i + 6 <= stop; i += 6) {
      if (i > at) this.#settings += ";";
      this.#settings += `${bytes.readUInt16BE(i)}:${bytes.readUInt32BE(i + 2)}`;
    }
  }

  /** Stream, exclusive, the stream that it depends on, weight (RFC 7540, section 6.3). */
  #readPriority(id: number, bytes: Buffer, at: number): void {
    const depends = bytes.readUInt32BE(at);
    const weight = (bytes[at + 4] as number) + 1;
    const comma = this.#priorities === "" ? "" : ",";
    this.#priorities += `${comma}${id}:${depends >>> 31}:${depends & 0x7fff_ffff}:${weight}`;
  }

  /** `order`: kinds of the first request's pseudo-headers, one octal digit each. */
  text(order: number): string {
    let letters = "";
    for (let rest = order; rest > 0; rest >>>= 3) {
      const letter = LETTERS[rest & 7] ?? "?";
      letters = letters === "" ? letter : `${letter},${letters}`;
    }
    return `${this.#settings}|${this.#window}|${this.#priorities || "0"}|${letters}`;
  }
}
