import { masked } from "#match/ip-set.ts";
import { IP } from "#type.ts";
import { type FunctionDefinition, type Given, literalInt, type Refuse } from "#function/define.ts";

const ADDRESS = { name: "address", types: ["ip"], form: "computed" } as const;
const SIX = { name: "ipv6_network_bits", types: ["int"], form: "literal" } as const;

export const ADDRESS_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: "cidr",
    about: "The network that an address is in, given the bits for IPv4 and for IPv6.",
    params: [ADDRESS, { name: "ipv4_network_bits", types: ["int"], form: "literal" }, SIX],
    result: () => IP,
    make: (given, refuse) => {
      const four = bits(given, 1, 32, refuse);
      const six = bits(given, 2, 128, refuse);
      return (address: Uint8Array) => masked(address, address.length === 4 ? four : six);
    },
  },
  {
    name: "cidr6",
    about: "The network that an IPv6 address is in; IPv4 stays as it is.",
    params: [ADDRESS, SIX],
    result: () => IP,
    make: (given, refuse) => {
      const six = bits(given, 1, 128, refuse);
      return (address: Uint8Array) => (address.length === 4 ? address : masked(address, six));
    },
  },
];

function bits(given: readonly Given[], index: number, most: number, refuse: Refuse): number {
  const value = literalInt(given, index) ?? 0;
  if (value < 1 || value > most) refuse(index, `the bits lie between 1 and ${most}`);
  return value;
}
