/** An address of a set (4 or 16 bytes) with the milliseconds that the kernel keeps it. */
export interface SetElement {
  readonly bytes: Uint8Array;
  /** Leading bits that count; all of them in a set of single addresses. */
  readonly bits: number;
  readonly ms: number;
}

/* Numbers of linux/netlink.h, linux/netfilter/nfnetlink.h and linux/netfilter/nf_tables.h. */
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_CREATE = 0x400;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const SUBSYSTEM = 10;
export const NFPROTO_INET = 1;
export const NEWSETELEM = 12;
export const DELSETELEM = 14;
const GETOBJ = 19;
const LIST_TABLE = 1;
const LIST_SET = 2;
const LIST_ELEMENTS = 3;
const LIST_ELEM = 1;
const ELEM_KEY = 1;
const ELEM_FLAGS = 3;
const ELEM_TIMEOUT = 4;
const DATA_VALUE = 1;
const INTERVAL_END = 1;
const NESTED = 0x8000;
const OBJ_TABLE = 1;
const OBJ_NAME = 2;
const OBJ_TYPE = 3;
const OBJ_DATA = 4;
const OBJECT_COUNTER = 1;
const COUNTER_BYTES = 1;
const COUNTER_PACKETS = 2;

/** Attributes have 16 bits of length. */
const MOST_LIST_BYTES = 60_000;

/** Writes netlink messages one behind the other into memory that grows as needed. */
export class MessageWriter {
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #sequence = 0;

  /** What was written; valid until the next `begin`. */
  get message(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  reset(): void {
    this.#at = 0;
  }

  beginBatch(): void {
    this.#header(BATCH_BEGIN, NLM_F_REQUEST, 0, SUBSYSTEM);
  }

  endBatch(): void {
    this.#header(BATCH_END, NLM_F_REQUEST, 0, SUBSYSTEM);
  }

  /**
   * Elements that are added to (NEWSETELEM) or taken out of (DELSETELEM) a set of the table; no
   * elements with DELSETELEM empties the set. Answers how many messages (and so answers) it takes.
   */
  elements(
    kind: number,
    table: string,
    set: string,
    interval: boolean,
    list: readonly SetElement[],
  ): number {
    if (list.length === 0) {
      this.#close(this.#list(kind, table, set));
      return 1;
    }
    let messages = 0;
    for (let i = 0; i < list.length; messages++) {
      const message = this.#list(kind, table, set);
      const elements = this.#open(LIST_ELEMENTS | NESTED);
      for (; i < list.length && this.#at - elements < MOST_LIST_BYTES; i++) {
        this.#element(list[i] as SetElement, interval, kind === NEWSETELEM);
      }
      this.#shut(elements);
      this.#close(message);
    }
    return messages;
  }

  /** Asks for all named counters of a table. */
  dumpCounters(table: string): void {
    const start = this.#header(
      (SUBSYSTEM << 8) | GETOBJ,
      NLM_F_REQUEST | NLM_F_DUMP,
      NFPROTO_INET,
      0,
    );
    this.#text(OBJ_TABLE, table);
    this.#number(OBJ_TYPE, OBJECT_COUNTER);
    this.#close(start);
  }

  #list(kind: number, table: string, set: string): number {
    const flags = NLM_F_REQUEST | NLM_F_ACK | (kind === NEWSETELEM ? NLM_F_CREATE : 0);
    const start = this.#header((SUBSYSTEM << 8) | kind, flags, NFPROTO_INET, 0);
    this.#text(LIST_TABLE, table);
    this.#text(LIST_SET, set);
    return start;
  }

  /** A block is its first address, and the first behind it as the end of the interval. */
  #element({ bytes, bits, ms }: SetElement, interval: boolean, isNew: boolean): void {
    const element = this.#open(LIST_ELEM | NESTED);
    this.#key(bytes);
    if (isNew && ms > 0) {
      const at = this.#attribute(ELEM_TIMEOUT, 8);
      this.#view.setBigUint64(at, BigInt(Math.ceil(ms)));
    }
    this.#shut(element);
    if (!interval) return;
    const end = firstBehind(bytes, bits);
    if (end === null) return;
    const last = this.#open(LIST_ELEM | NESTED);
    this.#number(ELEM_FLAGS, INTERVAL_END);
    this.#key(end);
    this.#shut(last);
  }

  #key(bytes: Uint8Array): void {
    const key = this.#open(ELEM_KEY | NESTED);
    // Before the memory is named: it may be another one once there was room made.
    const at = this.#attribute(DATA_VALUE, bytes.length);
    this.#bytes.set(bytes, at);
    this.#shut(key);
  }

  #header(type: number, flags: number, family: number, resource: number): number {
    this.#room(20);
    const start = this.#at;
    const view = this.#view;
    view.setUint32(start, 20, true);
    view.setUint16(start + 4, type, true);
    view.setUint16(start + 6, flags, true);
    view.setUint32(start + 8, ++this.#sequence, true);
    view.setUint32(start + 12, 0, true);
    view.setUint8(start + 16, family);
    view.setUint8(start + 17, 0);
    view.setUint16(start + 18, resource);
    this.#at += 20;
    return start;
  }

  /** Notes the length of a message. */
  #close(start: number): void {
    this.#view.setUint32(start, this.#at - start, true);
  }

  #open(type: number): number {
    this.#room(4);
    const start = this.#at;
    this.#view.setUint16(start + 2, type, true);
    this.#at += 4;
    return start;
  }

  #shut(start: number): void {
    this.#view.setUint16(start, this.#at - start, true);
  }

  /** Answers where the `length` bytes of the value go. */
  #attribute(type: number, length: number): number {
    const padded = (length + 3) & ~3;
    this.#room(4 + padded);
    const start = this.#at;
    this.#view.setUint16(start, 4 + length, true);
    this.#view.setUint16(start + 2, type, true);
    this.#at += 4 + padded;
    this.#bytes.fill(0, start + 4 + length, this.#at);
    return start + 4;
  }

  #text(type: number, text: string): void {
    const at = this.#attribute(type, text.length + 1);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
    this.#bytes[at + text.length] = 0;
  }

  #number(type: number, value: number): void {
    const at = this.#attribute(type, 4);
    this.#view.setUint32(at, value);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** The address that follows a block; null where the block ends with the last of all. */
export function firstBehind(bytes: Uint8Array, bits: number): Uint8Array | null {
  const next = bytes.slice();
  let at = (bits - 1) >> 3;
  if (bits === 0) return null;
  let step = 1 << (7 - ((bits - 1) & 7));
  for (; at >= 0; at--, step = 1) {
    const sum = (next[at] as number) + step;
    next[at] = sum & 0xff;
    if (sum <= 0xff) return next;
  }
  return null;
}

/** Errnos that a datagram of answers holds; an acknowledgement is 0. */
export function readErrors(answers: Uint8Array): number[] {
  const view = new DataView(answers.buffer, answers.byteOffset, answers.length);
  const errors: number[] = [];
  for (let at = 0; at + 20 <= answers.length; ) {
    const length = view.getUint32(at, true);
    if (length < 16) break;
    if (view.getUint16(at + 4, true) === NLMSG_ERROR) errors.push(-view.getInt32(at + 16, true));
    at += (length + 3) & ~3;
  }
  return errors;
}

export interface Counter {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Named counters in a datagram of answers to `dumpCounters`. */
export function readCounters(answers: Uint8Array): Counter[] {
  const view = new DataView(answers.buffer, answers.byteOffset, answers.length);
  const counters: Counter[] = [];
  for (let at = 0; at + 20 <= answers.length; ) {
    const length = view.getUint32(at, true);
    if (length < 16) break;
    if (view.getUint16(at + 4, true) === ((SUBSYSTEM << 8) | 18)) {
      const counter = { name: "", packets: 0, bytes: 0 };
      walk(view, at + 20, at + length, (type, from, to) => {
        if (type === OBJ_NAME)
          counter.name = Buffer.from(answers.subarray(from, to - 1)).toString("latin1");
        if (type !== OBJ_DATA) return;
        walk(view, from, to, (inner, value) => {
          if (inner === COUNTER_BYTES) counter.bytes = Number(view.getBigUint64(value));
          if (inner === COUNTER_PACKETS) counter.packets = Number(view.getBigUint64(value));
        });
      });
      counters.push(counter);
    }
    at += (length + 3) & ~3;
  }
  return counters;
}

function walk(
  view: DataView,
  from: number,
  to: number,
  each: (type: number, from: number, to: number) => void,
): void {
  for (let at = from; at + 4 <= to; ) {
    const length = view.getUint16(at, true);
    if (length < 4) return;
    each(view.getUint16(at + 2, true) & 0x3fff, at + 4, at + length);
    at += (length + 3) & ~3;
  }
}
