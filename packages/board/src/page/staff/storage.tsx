/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Actor } from "#moderation/service/deps.ts";
import type { Share, StorageFigures } from "#move/report/storage.ts";
import type { Figure } from "#move/report/yearly.ts";
import type { Frame } from "#page/frame.ts";
import { Fact, Notice, Table, Time } from "#page/part/common.tsx";
import { Button, Form } from "#page/part/form.tsx";
import { sayBytes, sayNumber, sayShare } from "#page/part/say.ts";
import { StaffPage } from "#page/staff/frame.tsx";

interface Common {
  readonly frame: Frame;
  readonly actor: Actor;
}

interface StorageProps extends Common {
  readonly boards: ReadonlyMap<number, string>;
  readonly storage: StorageFigures;
}

/** What the site's files take, and how much room is left. */
export function StoragePage({ frame, actor, boards, storage }: StorageProps) {
  const { t, locale } = frame;
  const { all, disk, orphans, largest } = storage;
  const size = (bytes: number): string => sayBytes(bytes, locale);
  const share = (label: Child, { files, bytes }: Share) => (
    <tr>
      <th scope="row">{label}</th>
      <td>{sayNumber(files, locale)}</td>
      <td>{size(bytes)}</td>
      <td>{all.bytes === 0 ? "–" : sayShare(bytes / all.bytes, locale)}</td>
    </tr>
  );
  const head = (what: string) => [what, t("storage.files"), t("storage.bytes"), t("storage.share")];
  const bySize = (a: readonly [unknown, Share], b: readonly [unknown, Share]): number =>
    b[1].bytes - a[1].bytes;
  return (
    <StaffPage frame={frame} actor={actor} title="storage.title">
      {disk !== null && disk.free * 10 < disk.total ? (
        <Notice kind="warning">{t("storage.low")}</Notice>
      ) : null}
      <dl class="facts">
        <Fact name={t("storage.as-of")}>
          <Time frame={frame} at={storage.at} />
        </Fact>
        <Fact name={t("storage.all")}>
          {size(all.bytes)} ({sayNumber(all.files, locale)})
        </Fact>
        <Fact name={t("storage.database")}>{size(storage.database)}</Fact>
        {disk === null ? null : (
          <Fact name={t("storage.free")}>
            {t("storage.of", { free: size(disk.free), total: size(disk.total) })}
          </Fact>
        )}
        <Fact name={t("storage.orphans")}>
          {size(orphans.bytes)} ({sayNumber(orphans.files, locale)}){" "}
          <small>{t("storage.orphans-hint")}</small>
        </Fact>
      </dl>
      <h2>{t("storage.boards")}</h2>
      <Table caption={t("storage.boards")} head={head(t("staff.board"))}>
        {[...storage.boards]
          .sort(bySize)
          .map(([id, one]) => share(`/${boards.get(id) ?? "?"}/`, one))}
      </Table>
      <p>
        <small>{t("storage.shared")}</small>
      </p>
      <h2>{t("storage.kinds")}</h2>
      <Table caption={t("storage.kinds")} head={head(t("storage.kind"))}>
        {[...storage.kinds].sort(bySize).map(([kind, one]) => share(kind.toUpperCase(), one))}
      </Table>
      <h2>{t("storage.states")}</h2>
      <Table caption={t("storage.states")} head={head(t("staff.state"))}>
        {[...storage.states]
          .sort(bySize)
          .map(([state, one]) => share(t(`storage.state-${state}`), one))}
      </Table>
      <h2>{t("storage.largest")}</h2>
      <Table
        caption={t("storage.largest")}
        head={[
          t("storage.file"),
          t("storage.kind"),
          t("storage.bytes"),
          t("staff.state"),
          t("storage.uses"),
        ]}
      >
        {largest.map(({ sha256, kind, bytes, state, uses }) => (
          <tr>
            <th scope="row">
              <code>{sha256.slice(0, 16)}</code>
            </th>
            <td>{kind.toUpperCase()}</td>
            <td>{size(bytes)}</td>
            <td>{t(`storage.state-${state}`)}</td>
            <td>{sayNumber(uses, locale)}</td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

interface ExportProps extends Common {
  readonly boards: readonly { readonly id: number; readonly uri: string }[];
  readonly everything: boolean;
}

/** Downloads of what somebody may take along. */
export function ExportPage({ frame, actor, boards, everything }: ExportProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="export.title">
      <p>{t("export.lead")}</p>
      {everything ? (
        <Form frame={frame} action="/staff/export" class="panel" label={t("export.all")}>
          <h2>{t("export.all")}</h2>
          <p>{t("export.all-lead")}</p>
          <Button>{t("export.take")}</Button>
        </Form>
      ) : null}
      {boards.map(({ id, uri }) => (
        <Form
          frame={frame}
          action={`/staff/export/${id}`}
          class="panel"
          label={t("export.board", { uri })}
        >
          <h2>{t("export.board", { uri })}</h2>
          <p>{t("export.board-lead")}</p>
          <Button kind="plain">{t("export.take")}</Button>
        </Form>
      ))}
    </StaffPage>
  );
}

interface TransparencyProps extends Common {
  readonly years: readonly number[];
  readonly year: number;
  readonly figures: readonly Figure[];
}

/** What is published of a year, to be looked at before it is. */
export function TransparencyPage({ frame, actor, years, year, figures }: TransparencyProps) {
  const { t } = frame;
  const file = (name: string, kind: string) => `/staff/transparency/${year}/${name}.${kind}`;
  const links = (name: string) =>
    ["json", "csv"].map((kind) => (
      <>
        {" "}
        <a href={file(name, kind)} download>
          {kind.toUpperCase()}
        </a>
      </>
    ));
  return (
    <StaffPage frame={frame} actor={actor} title="transparency.title">
      <p>{t("transparency.lead")}</p>
      <nav class="tabs" aria-label={t("transparency.year")}>
        {years.map((one) => (
          <a
            href={`/staff/transparency?year=${one}`}
            aria-current={one === year ? "page" : undefined}
          >
            {one}
          </a>
        ))}
      </nav>
      <ul>
        <li>
          {t("transparency.statements")} {year} – {links("statements")}
        </li>
        <li>
          {t("transparency.figures")} {year} – {links("figures")}
        </li>
      </ul>
      <Table
        caption={t("transparency.figures")}
        head={[
          t("transparency.part"),
          t("staff.category"),
          t("transparency.indicator"),
          t("transparency.value"),
        ]}
      >
        {figures.map(({ part, category, indicator, value }) => (
          <tr>
            <td>{part}</td>
            <td>{category}</td>
            <th scope="row">
              <code>{indicator}</code>
            </th>
            <td>{value ?? "–"}</td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}
