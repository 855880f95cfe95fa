import { createTransport } from "nodemailer";
import { failed } from "#provider/send.ts";
import type { ProviderSettings } from "#settings/provider.ts";

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same mail, sent again, is known by it (RFC 5322, section 3.6.4). */
  readonly messageId: string;
  readonly urgent?: boolean;
  readonly attachment?: { readonly filename: string; readonly json: string };
}

/** Hands a mail to the server; throws AppError with the word whether to try again. */
export async function sendMail(
  smtp: NonNullable<ProviderSettings["smtp"]>,
  mail: Mail,
): Promise<void> {
  const { host, port, secure, user, pass, from } = smtp;
  const transport = createTransport({
    host,
    port,
    secure,
    ...(user === undefined ? {} : { auth: { user, pass: pass ?? "" } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  const { to, subject, text, messageId, attachment } = mail;
  try {
    await transport.sendMail({
      from,
      to,
      subject,
      text,
      messageId: `<${messageId}@${from.split("@")[1]}>`,
      ...(mail.urgent === true ? { priority: "high" as const } : {}),
      // Nobody's holiday notice should answer it (RFC 3834, section 5).
      headers: { "Auto-Submitted": "auto-generated" },
      attachments:
        attachment === undefined
          ? []
          : [
              {
                filename: attachment.filename,
                content: attachment.json,
                contentType: "application/json",
              },
            ],
    });
  } catch (cause) {
    const status = (cause as { responseCode?: number }).responseCode ?? 0;
    throw failed("board.mail", status < 500, "The mail server did not take the mail.", cause);
  } finally {
    transport.close();
  }
}
