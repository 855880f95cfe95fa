import { ADDRESS_FUNCTIONS } from "#function/address.ts";
import { CRYPTO } from "#function/crypto.ts";
import type { FunctionDefinition } from "#function/define.ts";
import { JSON_FUNCTIONS } from "#function/json.ts";
import { LOGIC } from "#function/logic.ts";
import { REPLACE } from "#function/replace.ts";
import { TEXT } from "#function/text.ts";
import { URL_FUNCTIONS } from "#function/url.ts";

/** Every function of the language by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [LOGIC, TEXT, URL_FUNCTIONS, REPLACE, JSON_FUNCTIONS, ADDRESS_FUNCTIONS, CRYPTO]
    .flat()
    .map((one) => [one.name, one]),
);
