/** @jsxImportSource hono/jsx */
import type { Frame } from "#page/frame.ts";
import { address } from "#page/address.ts";
import { sayBytes } from "#page/part/say.ts";
import type { PostFile } from "#thread/model.ts";

interface FilesProps {
  readonly frame: Frame;
  readonly files: readonly PostFile[];
}

export function Files({ frame, files }: FilesProps) {
  if (files.length === 0) return null;
  return (
    <div class="files">
      {files.map((file) =>
        file.state === "stored" ? (
          <FileView frame={frame} file={file} />
        ) : (
          <p class="gone">{frame.t("file.removed")}</p>
        ),
      )}
    </div>
  );
}

function FileView({ frame, file }: { readonly frame: Frame; readonly file: PostFile }) {
  const href = address.file(file);
  const size = sayBytes(file.bytes, frame.locale);
  const shape = file.width === null ? "" : `, ${file.width}×${file.height ?? 0}`;
  return (
    <figure>
      <a class="thumb" href={href} data-kind={file.kind}>
        <Thumb frame={frame} file={file} />
      </a>
      <figcaption>
        <a href={href} title={file.filename}>
          {shortName(file.filename)}
        </a>
        <small>
          {size}
          {shape}
        </small>
      </figcaption>
    </figure>
  );
}

/** Alternative text: nobody described the picture, so it says what is known of it. */
function Thumb({ frame: { t }, file }: { readonly frame: Frame; readonly file: PostFile }) {
  const kind = file.kind.toUpperCase();
  if (file.spoiler) return <span class="cover">{t("file.spoiler")}</span>;
  if (file.thumb === null) {
    return <span class="cover">{t("file.alt-other", { kind })}</span>;
  }
  const { width, height } = file.thumb;
  const alt =
    file.width === null
      ? t("file.alt-other", { kind })
      : t("file.alt", { kind, width: file.width, height: file.height ?? 0 });
  return <img src={address.thumb(file)} alt={alt} width={width} height={height} loading="lazy" />;
}

/** `a-very-long…name.png`: the end tells the kind. */
function shortName(name: string): string {
  return name.length <= 28
    ? name
    : `${name.slice(0, 18).toWellFormed()}…${name.slice(-8).toWellFormed()}`;
}
