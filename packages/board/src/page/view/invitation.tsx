/** @jsxImportSource hono/jsx */
import type { Offer } from "#move/invitation.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Button, Form } from "#page/part/form.tsx";

interface InvitationProps {
  readonly frame: Frame;
  readonly offer: Offer;
  /** Address of the board that it is about; null: everywhere. */
  readonly board: string | null;
  /** Who is signed in. */
  readonly as: string | null;
}

/** A role that somebody may take. */
export function InvitationPage({ frame, offer, board, as }: InvitationProps) {
  const { t, path } = frame;
  const role = t(`role.${offer.role}`);
  return (
    <Layout frame={frame} head={{ title: t("invite.title"), noIndex: true }}>
      <h1>{t("invite.title")}</h1>
      <p>{t("invite.lead", { name: offer.name })}</p>
      <p>
        <strong>
          {board === null
            ? t("invite.everywhere", { role })
            : t("invite.board", { role, uri: board })}
        </strong>
      </p>
      {as === null ? (
        <p>
          <a class="button" href={`/account/sign-in?next=${encodeURIComponent(path)}`}>
            {t("invite.sign-in")}
          </a>
        </p>
      ) : (
        <Form frame={frame} action={path}>
          <p>
            {t("invite.as", { name: as })} <small>{t("invite.once")}</small>
          </p>
          <Button>{t("invite.take")}</Button>
        </Form>
      )}
    </Layout>
  );
}
