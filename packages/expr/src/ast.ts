/** Where something stands in the text: first char, and the one after the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type OrderOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export type TextOp = "contains" | "wildcard" | "strict wildcard" | "matches";
export type LogicalOp = "and" | "xor" | "or";

export type Literal =
  /** One char a byte, UTF-8 in the source. A pattern's backslashes are kept: see `parse/string.ts`. */
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "int"; readonly value: number; readonly span: Span }
  /** As it is written: `192.0.2.1`. */
  | { readonly kind: "ip"; readonly value: string; readonly span: Span };

/** An element of `{…}`. */
export type Element =
  | Literal
  | { readonly kind: "cidr"; readonly value: string; readonly span: Span }
  | { readonly kind: "int range"; readonly low: number; readonly high: number; readonly span: Span }
  | { readonly kind: "ip range"; readonly low: string; readonly high: string; readonly span: Span };

/** The rules language as it is written, before anyone asked what the names mean. */
export type Node =
  | { readonly kind: "true" | "false"; readonly span: Span }
  | { readonly kind: "field"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Argument[];
      readonly span: Span;
    }
  | { readonly kind: "index"; readonly of: Node; readonly at: Index; readonly span: Span }
  | { readonly kind: "not"; readonly of: Node; readonly span: Span }
  | {
      readonly kind: "logical";
      readonly op: LogicalOp;
      /** Two or more; none of them is of the same operator. */
      readonly items: readonly Node[];
      readonly span: Span;
    }
  | {
      readonly kind: "compare";
      readonly op: OrderOp | TextOp;
      readonly left: Node;
      readonly right: Literal;
      readonly span: Span;
    }
  | {
      readonly kind: "in";
      readonly left: Node;
      readonly set: readonly Element[];
      readonly span: Span;
    }
  | {
      readonly kind: "in list";
      readonly left: Node;
      readonly list: string;
      readonly span: Span;
    };

export type Argument = Node | Literal;

/** `["key"]`, `[0]` or `[*]`. */
export type Index =
  | { readonly kind: "key"; readonly value: string }
  | { readonly kind: "position"; readonly value: number }
  | { readonly kind: "each" };
