/** @jsxImportSource hono/jsx */
import type { WaitAsked } from "#filter/proof.ts";
import type { Frame } from "#page/frame.ts";

interface WaitingProps {
  readonly frame: Frame;
  readonly asked: WaitAsked;
}

/** What a form without a script carries in place of work: a ticket that is good after a while. */
export function Waiting({ frame: { t }, asked: { ticket, seconds } }: WaitingProps) {
  return (
    <>
      <input type="hidden" name="ticket" value={ticket} />
      <p class="proof">{seconds > 0 ? t("post.proof-wait", { seconds }) : t("post.proof-ready")}</p>
    </>
  );
}

/** The same ticket once more, where a post was refused for another reason. */
export function KeptTicket({ ticket }: { readonly ticket: string }) {
  return <input type="hidden" name="ticket" value={ticket} />;
}
