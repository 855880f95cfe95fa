import type { Selectable } from "kysely";
import type { FilterAction, FilterField, FilterKind, FilterRule } from "#filter/rule.ts";
import type { FilterTable } from "#store/table/list.ts";

/** A filter that staff have just written. */
export interface NewFilter extends Omit<FilterRule, "id"> {
  readonly createdAt: number;
  readonly createdBy: string;
}

export function filterOf(row: Selectable<FilterTable>): FilterRule {
  const { id, boardId, pattern, replacement, messageEn, messageFr } = row;
  return {
    id,
    boardId,
    kind: row.kind as FilterKind,
    pattern,
    fields: JSON.parse(row.fields) as FilterField[],
    action: row.action as FilterAction,
    replacement,
    message: messageEn === null || messageFr === null ? null : { en: messageEn, fr: messageFr },
  };
}
