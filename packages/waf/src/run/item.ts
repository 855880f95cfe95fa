import { toInteger } from "#operator/compare.ts";
import type { Text } from "#plan/text.ts";
import type { VariableName } from "#rule/variables.ts";

/** One value of a variable. Made by the thousand: plain fields, since private ones cost an allocation. */
export class Item {
  readonly variable: VariableName;
  /** Its name within the collection; "" for a scalar. */
  readonly key: string;
  readonly value: string;
  /** What the plan knows of the value; set on first use. */
  text: Text | undefined = undefined;
  private knownLower: string | undefined;
  private knownNumber: number | undefined = undefined;

  constructor(variable: VariableName, key: string, value: string, lower?: string) {
    this.variable = variable;
    this.key = key;
    this.value = value;
    this.knownLower = lower;
  }

  /** The key in lower case, as selectors compare it. */
  get lower(): string {
    this.knownLower ??= this.key.toLowerCase();
    return this.knownLower;
  }

  /** The value as an integer. */
  get number(): number {
    this.knownNumber ??= toInteger(this.value);
    return this.knownNumber;
  }

  /** As MATCHED_VAR_NAME shows it. */
  get name(): string {
    return this.key === "" ? this.variable : `${this.variable}:${this.key}`;
  }
}

export const noItems: readonly Item[] = [];

/** A scalar's one value; none where it is undefined. */
export function scalar(variable: VariableName, value: string | undefined): readonly Item[] {
  return value === undefined ? noItems : [new Item(variable, "", value, "")];
}
