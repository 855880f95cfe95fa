import { AppError } from "@egide/std/error.ts";
import type { WebContext } from "#context.ts";
import { CSRF_FIELD, CSRF_HEADER } from "#csrf.ts";

const FORM = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i;

/** The form of a request; it is read once and kept, so that guard and handler may both ask. */
export async function formOf(c: WebContext): Promise<FormData> {
  if (!FORM.test(c.req.header("content-type") ?? "")) return new FormData();
  try {
    return await c.req.formData();
  } catch (cause) {
    // The limit on bodies speaks for itself; what else fails here is a form that is none.
    if (cause instanceof AppError) throw cause;
    throw new AppError({
      code: "web.form",
      source: "client",
      retry: false,
      publicMessage: "The form can't be read.",
      cause,
    });
  }
}

/** The token that came with a request: in the header of a script's, in the field of a form's. */
export async function tokenOf(c: WebContext): Promise<string | null> {
  const header = c.req.header(CSRF_HEADER);
  if (header !== undefined) return header;
  const field = (await formOf(c)).get(CSRF_FIELD);
  return typeof field === "string" && field !== "" ? field : null;
}

/** A field of text, trimmed at its end; "" where it is absent or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  // Browsers send line ends as CRLF (HTML, form submission); the product knows LF alone.
  return typeof value === "string" ? value.replaceAll("\r\n", "\n").trimEnd() : "";
}
