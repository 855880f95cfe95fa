import { AppError, type AppErrorInit } from "@egide/std/error.ts";
import type { Texts } from "#locale.ts";

/** A failure that says why in words that somebody of the site wrote, in both languages. */
export class SaidError extends AppError {
  readonly texts: Texts;

  constructor(init: AppErrorInit, texts: Texts) {
    super(init);
    this.texts = texts;
  }
}
