import type { WafExclusion } from "@egide/contract/policy/waf.ts";
import discourse from "../exclusions/discourse.json" with { type: "json" };
import nextcloud from "../exclusions/nextcloud.json" with { type: "json" };
import phpbb from "../exclusions/phpbb.json" with { type: "json" };
import wordpress from "../exclusions/wordpress.json" with { type: "json" };

/**
 * What well-known applications need taken out: the arguments in which they carry free text, passwords
 * and addresses, on the paths where they take them; for our own rules and for the Core Rule Set.
 */
const lists: Readonly<
  Record<"wordpress" | "nextcloud" | "phpbb" | "discourse", readonly WafExclusion[]>
> = { wordpress, nextcloud, phpbb, discourse };

export function readyExclusions(list: keyof typeof lists): readonly WafExclusion[] {
  return lists[list];
}
