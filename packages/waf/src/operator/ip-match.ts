import { type Cidr, parseCidr, parseIp } from "@egide/std/ip.ts";
import type { Operator, OperatorFactory, OperatorLoad } from "#operator/operator.ts";

/** A binary radix tree of address blocks: one step a bit, however many blocks there are. */
class BlockTree {
  /** Two children a node; 0 is "none" (the root is no one's child). */
  readonly #next: number[] = [0, 0];
  readonly #full: boolean[] = [false];

  add({ bytes, bits }: Cidr): void {
    let node = 0;
    for (let i = 0; i < bits; i++) {
      const side = node * 2 + bitAt(bytes, i);
      if (this.#next[side] === 0) {
        this.#next[side] = this.#full.length;
        this.#next.push(0, 0);
        this.#full.push(false);
      }
      node = this.#next[side] as number;
    }
    this.#full[node] = true;
  }

  has(bytes: Uint8Array): boolean {
    let node = 0;
    for (let i = 0; ; i++) {
      if (this.#full[node] === true) return true;
      if (i === bytes.length * 8) return false;
      node = this.#next[node * 2 + bitAt(bytes, i)] as number;
      if (node === 0) return false;
    }
  }
}

function bitAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] as number) >> (7 - (index & 7))) & 1;
}

/** `@ipMatch 10.0.0.0/8,::1`: the address is one of these or in one of these blocks. */
export const ipMatch: OperatorFactory = (argument, load) =>
  blocksMatch("ipmatch", argument, argument.split(","), load);

/** `@ipMatchFromFile file`: as @ipMatch, a block a line. */
export const ipMatchFromFile: OperatorFactory = (argument, load) => {
  const text = load.data(argument) ?? load.fail(`the data file ${argument} is missing`);
  const lines = text.split("\n").map((line) => line.replace(/#.*/, ""));
  return blocksMatch("ipmatchfromfile", argument, lines, load);
};

function blocksMatch(
  name: string,
  argument: string,
  blocks: readonly string[],
  load: OperatorLoad,
): Operator {
  const v4 = new BlockTree();
  const v6 = new BlockTree();
  for (const block of blocks) {
    if (block.trim() === "") continue;
    const cidr = parseCidr(block.trim()) ?? load.fail(`"${block.trim()}" is no address block`);
    (cidr.bytes.length === 4 ? v4 : v6).add(cidr);
  }
  return {
    name,
    argument,
    pure: true,
    test(value) {
      const bytes = parseIp(value);
      return bytes !== null && (bytes.length === 4 ? v4 : v6).has(bytes);
    },
  };
}
