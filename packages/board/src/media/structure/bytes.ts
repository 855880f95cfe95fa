import { refusal } from "#media/texts.ts";

/** Reads numbers from a file; whoever asks beyond its end learns that the file is broken. */
export class Bytes {
  readonly all: Uint8Array;
  readonly #view: DataView;

  constructor(all: Uint8Array) {
    this.all = all;
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get length(): number {
    return this.all.length;
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.all[at] as number;
  }

  u16(at: number): number {
    this.need(at, 2);
    return this.#view.getUint16(at);
  }

  u16le(at: number): number {
    this.need(at, 2);
    return this.#view.getUint16(at, true);
  }

  u24(at: number): number {
    return this.u8(at) * 65_536 + this.u16(at + 1);
  }

  u24le(at: number): number {
    return this.u16le(at) + this.u8(at + 2) * 65_536;
  }

  u32(at: number): number {
    this.need(at, 4);
    return this.#view.getUint32(at);
  }

  u32le(at: number): number {
    this.need(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** Exact up to 2^53; beyond, no file is that long. */
  u64(at: number): number {
    return this.u32(at) * 4_294_967_296 + this.u32(at + 4);
  }

  f64(at: number): number {
    this.need(at, 8);
    return this.#view.getFloat64(at);
  }

  f32(at: number): number {
    this.need(at, 4);
    return this.#view.getFloat32(at);
  }

  /** Latin-1. */
  text(at: number, length: number): string {
    this.need(at, length);
    return Buffer.from(this.all.buffer, this.all.byteOffset + at, length).toString("latin1");
  }

  need(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.length) throw refusal("media.broken");
  }

  /** True where nothing but zeros is left: cameras and mail programs pad. */
  zerosFrom(at: number): boolean {
    for (let i = at; i < this.length; i++) if (this.all[i] !== 0) return false;
    return true;
  }
}
