/**
 * A value while an expression runs. Strings hold one byte a char (latin1), as heads do in the edge;
 * addresses are 4 or 16 bytes (`parseIp` of std). Missing is `undefined`: see `Missable`.
 */
export type Value = boolean | number | string | Uint8Array | readonly Value[] | MapValue;

/** A key that is not there, an index out of bounds, a field that this request does not have. */
export type Missable = Value | undefined;

/** What `field["key"]` needs. A ReadonlyMap is one; a view over a list of headers can be one. */
export interface MapValue {
  get(key: string): Missable;
  values(): Iterable<Value>;
}
