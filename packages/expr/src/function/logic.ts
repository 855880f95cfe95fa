import { BOOL } from "#type.ts";
import type { MapValue, Value } from "#value.ts";
import type { FunctionDefinition } from "#function/define.ts";

export const LOGIC: readonly FunctionDefinition[] = [
  {
    name: "any",
    about: "True if one of the array's elements is.",
    params: [{ name: "array", types: ["bools"] }],
    result: () => BOOL,
    make: () => (array: readonly boolean[]) => array.includes(true),
  },
  {
    name: "all",
    about: "True if all of the array's elements are; so it is for none.",
    params: [{ name: "array", types: ["bools"] }],
    result: () => BOOL,
    make: () => (array: readonly boolean[]) => !array.includes(false),
  },
  {
    name: "has_key",
    about: "True if the map has the key.",
    params: [
      { name: "map", types: ["map"] },
      { name: "key", types: ["string"] },
    ],
    result: () => BOOL,
    make: () => (map: MapValue, key: string) => map.get(key) !== undefined,
  },
  {
    name: "has_value",
    about: "True if the value is one of the array's, or of the map's.",
    params: [
      { name: "collection", types: ["array", "map"] },
      { name: "value", types: ["string", "int", "bool"] },
    ],
    result: () => BOOL,
    make: (given, refuse) => {
      const [collection, value] = given;
      const { type } = collection as (typeof given)[number];
      const element = type.kind === "map" || type.kind === "array" ? type.of : type;
      const isTheSame = element.kind === value?.type.kind;
      // A map of arrays, as that of the headers, is searched in each of them.
      const inside = element.kind === "array" && element.of.kind === value?.type.kind;
      if (!isTheSame && !inside) refuse(1, "the collection holds nothing of this type");
      return (values: readonly Value[] | MapValue, wanted: Value) => {
        const all = isArray(values) ? values : values.values();
        for (const one of all) {
          if (one === wanted) return true;
          if (inside && (one as readonly Value[]).includes(wanted)) return true;
        }
        return false;
      };
    },
  },
];

function isArray(value: readonly Value[] | MapValue): value is readonly Value[] {
  return Array.isArray(value);
}
