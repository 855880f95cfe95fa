import type { StatusTable } from "@egide/web/status.ts";

/** Statuses of what moderation refuses; docs/reference/errors.md lists them. */
export const MODERATION_STATUSES: StatusTable = {
  "board.not_found": 404,
  "board.not_allowed": 403,
  "board.same_person": 409,
  "board.already_decided": 409,
  "board.not_contestable": 409,
  "board.act_pointless": 409,
  "board.undo_too_late": 409,
  "board.legal_hold": 409,
  "board.hold_state": 409,
  "board.appealed_already": 409,
  "board.appeal_too_late": 409,
  "board.no_trace": 409,
  "board.last_admin": 409,
  "board.no_measure": 422,
  "board.no_rule": 422,
  "board.bad_reason": 422,
  "board.bad_text": 422,
  "board.bad_end": 422,
  "board.bad_pattern": 422,
  "board.bad_rules": 422,
  "board.report_too_long": 422,
  "abuse.unknown_key": 401,
  "abuse.bad_signature": 401,
  "abuse.invalid": 422,
};
