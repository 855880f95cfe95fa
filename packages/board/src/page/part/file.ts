import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { type Html, html } from "#page/html.ts";
import { sayBytes } from "#page/part/say.ts";
import type { PostFile } from "#thread/model.ts";

export function drawFiles(frame: Frame, files: readonly PostFile[]): Html | null {
  if (files.length === 0) return null;
  const shown = files.map((file) =>
    file.state === "stored"
      ? figure(frame, file)
      : html`<p class="gone">${frame.t("file.removed")}</p>`,
  );
  return html`<div class="files">${shown}</div>`;
}

function figure(frame: Frame, file: PostFile): Html {
  const href = address.file(file);
  const size = sayBytes(file.bytes, frame.locale);
  const shape = file.width === null ? "" : `, ${file.width}×${file.height ?? 0}`;
  const name = html`<a href="${href}" title="${file.filename}">${shortName(file.filename)}</a>`;
  return html`<figure><a class="thumb" href="${href}" data-kind="${file.kind}">${thumb(frame, file)}</a><figcaption>${name}<small>${size}${shape}</small></figcaption></figure>`;
}

/** Alternative text: nobody described the picture, so it says what is known of it. */
function thumb({ t }: Frame, file: PostFile): Html {
  const kind = file.kind.toUpperCase();
  if (file.spoiler) return html`<span class="cover">${t("file.spoiler")}</span>`;
  if (file.thumb === null) {
    return html`<span class="cover">${t("file.alt-other", { kind })}</span>`;
  }
  const { width, height } = file.thumb;
  const alt =
    file.width === null
      ? t("file.alt-other", { kind })
      : t("file.alt", { kind, width: file.width, height: file.height ?? 0 });
  return html`<img src="${address.thumb(file)}" alt="${alt}" width="${width}" height="${height}" loading="lazy"/>`;
}

/** `a-very-long…name.png`: the end tells the kind. */
function shortName(name: string): string {
  return name.length <= 28
    ? name
    : `${name.slice(0, 18).toWellFormed()}…${name.slice(-8).toWellFormed()}`;
}
