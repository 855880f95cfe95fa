import { parseCidr } from "#ip.ts";

/* Small databases in MaxMind's format (2.0), for tests. */

type Data = string | number | { readonly [key: string]: Data };

/** A value as the format's specification 2.0 writes it. */
function encode(data: Data): Buffer {
  if (typeof data === "string") {
    return Buffer.concat([Buffer.from([(2 << 5) | data.length]), Buffer.from(data)]);
  }
  if (typeof data === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(data);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  const pairs = Object.entries(data).flatMap(([key, value]) => [encode(key), encode(value)]);
  return Buffer.concat([Buffer.from([(7 << 5) | Object.keys(data).length]), ...pairs]);
}

/** A database of version 4 addresses with records of 32 bits. */
export function database(entries: Readonly<Record<string, Data>>): Buffer {
  const nodes: [number, number][] = [[-1, -1]];
  const data: Buffer[] = [];
  let length = 0;
  for (const [block, value] of Object.entries(entries)) {
    const { bytes, bits } = parseCidr(block) as { bytes: Uint8Array; bits: number };
    let node = 0;
    for (let bit = 0; bit < bits; bit++) {
      const side = (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1) as 0 | 1;
      const record = nodes[node] as [number, number];
      if (bit === bits - 1) record[side] = -2 - length;
      else {
        if (record[side] < 0) record[side] = nodes.push([-1, -1]) - 1;
        node = record[side];
      }
    }
    const encoded = encode(value);
    data.push(encoded);
    length += encoded.length;
  }
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.flat().forEach((record, i) => {
    // The count of nodes itself: nothing here. Beyond: data, 16 bytes of zeros further on.
    const at =
      record >= 0 ? record : record === -1 ? nodes.length : nodes.length + 16 + (-2 - record);
    tree.writeUInt32BE(at, i * 4);
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 32,
    ip_version: 4,
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    database_type: "Test",
    build_epoch: 1_767_225_600,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}
