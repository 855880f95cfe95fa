import { textOf } from "@egide/web/form.ts";
import { BAN_SCOPES, BAN_TARGETS, type Measure } from "#moderation/act.ts";
import { bad } from "#moderation/service/deps.ts";
import type { ActOrder } from "#moderation/service/act.ts";
import { wholeOf } from "#page/staff/site.ts";

const DAY_MS = 86_400_000;
const PLAIN = ["approve", "hide", "remove", "warn"] as const;

/** What the form of acts asks for; throws AppError where it asks for what there is not. */
export function orderOf(form: FormData, postId: number, now: number): ActOrder {
  const measures: Measure[] = form.getAll("measure").map((value) => {
    const kind = PLAIN.find((name) => name === value);
    if (kind === undefined) throw bad("board.no_measure", "There is no such measure.");
    return { kind };
  });
  const move = textOf(form, "move");
  if (move !== "") measures.push({ kind: "move", toBoardId: wholeOf(move) });
  const scope = textOf(form, "scope");
  if (scope !== "") measures.push(banOf(scope, textOf(form, "target")));
  const rule = textOf(form, "rule");
  return {
    postId,
    measures,
    rule: rule === "" ? null : rule,
    reason: textOf(form, "reason"),
    endsAt: scope === "" ? null : endOf(form, now),
  };
}

function banOf(scope: string, target: string): Measure {
  const reach = BAN_SCOPES.find((name) => name === scope);
  const by = BAN_TARGETS.find((name) => name === target);
  if (reach === undefined || by === undefined) {
    throw bad("board.no_measure", "There is no such ban.");
  }
  return { kind: "ban", scope: reach, target: by };
}

/** Days from now; null for 0, which is without end. */
export function endOf(form: FormData, now: number): number | null {
  const days = wholeOf(textOf(form, "days"));
  return days === 0 ? null : now + days * DAY_MS;
}

/** `id | English | French`, one rule a line. */
export function rulesFrom(text: string) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [id = "", en = "", fr = "", more] = line.split("|").map((part) => part.trim());
      if (more !== undefined || fr === "") {
        throw bad("board.bad_rules", `Not a rule: ${line.slice(0, 80)}`);
      }
      return { id, text: { en, fr } };
    });
}
