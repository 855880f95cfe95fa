import type { Texts } from "@egide/web/locale.ts";
import { API_STATUSES, API_TEXTS } from "#api/texts.ts";
import { FILTER_STATUSES, FILTER_TEXTS } from "#filter/texts.ts";
import { MATCH_TEXTS } from "#match/texts.ts";
import { MEDIA_STATUSES, MEDIA_TEXTS } from "#media/texts.ts";
import { MODERATION_STATUSES } from "#moderation/statuses.ts";
import { MODERATION_TEXTS } from "#moderation/texts.ts";
import { THREAD_STATUSES, THREAD_TEXTS } from "#thread/errors.ts";

/** HTTP statuses of the errors of all rooms. */
export const STATUSES: Readonly<Record<string, number>> = {
  ...THREAD_STATUSES,
  ...MODERATION_STATUSES,
  ...MEDIA_STATUSES,
  ...FILTER_STATUSES,
  ...API_STATUSES,
};

/** What people read of them. */
export const TEXTS: Readonly<Record<string, Texts>> = {
  ...THREAD_TEXTS,
  ...MEDIA_TEXTS,
  ...FILTER_TEXTS,
  ...MATCH_TEXTS,
  ...MODERATION_TEXTS,
  ...API_TEXTS,
};
