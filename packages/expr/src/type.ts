/** Types of the rules language. "String" is a run of bytes, as everywhere in an HTTP head. */
export type Type =
  | { readonly kind: "bool" }
  | { readonly kind: "int" }
  | { readonly kind: "string" }
  | { readonly kind: "ip" }
  | { readonly kind: "array"; readonly of: Type }
  | { readonly kind: "map"; readonly of: Type };

export const BOOL: Type = { kind: "bool" };
export const INT: Type = { kind: "int" };
export const STRING: Type = { kind: "string" };
export const IP: Type = { kind: "ip" };

export function arrayOf(of: Type): Type {
  return { kind: "array", of };
}

export function mapOf(of: Type): Type {
  return { kind: "map", of };
}

export function sameType(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false;
  if ((a.kind === "array" || a.kind === "map") && (b.kind === "array" || b.kind === "map")) {
    return sameType(a.of, b.of);
  }
  return true;
}

/** As Cloudflare's documentation spells types. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "bool":
      return "Boolean";
    case "int":
      return "Integer";
    case "string":
      return "String";
    case "ip":
      return "IP address";
    case "array":
      return `Array<${typeName(type.of)}>`;
    case "map":
      return `Map<${typeName(type.of)}>`;
  }
}
