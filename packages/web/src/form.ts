import { AppError } from "@egide/std/error.ts";
import { boundaryOf } from "@egide/std/multipart.ts";
import type { WebContext } from "#context.ts";
import { CSRF_FIELD, CSRF_HEADER } from "#csrf.ts";

const URL_ENCODED = "application/x-www-form-urlencoded";
const FORM = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)[\t ]*(?:;|$)/i;
/** No form of ours has as many. Taking a million apart would keep everybody else waiting. */
const MOST_FIELDS = 2000;

/** A kind of form: what Bun is told, and what stands before each field. */
interface Kind {
  readonly type: string;
  readonly mark: string;
}

const known = new WeakMap<Request, Promise<FormData>>();

/** The form of a request; it is read once and kept, so that guard and handler may both ask. */
export function formOf(c: WebContext): Promise<FormData> {
  const { raw } = c.req;
  const form = known.get(raw) ?? readForm(c);
  known.set(raw, form);
  return form;
}

async function readForm(c: WebContext): Promise<FormData> {
  const given = c.req.header("content-type") ?? "";
  if (!FORM.test(given)) return new FormData();
  try {
    const { type, mark } = kindOf(given);
    const body = Buffer.from(await c.req.arrayBuffer());
    if (isMoreThan(MOST_FIELDS, mark, body)) throw new Error("too many fields");
    const headers = { "content-type": type };
    return (await new Response(body, { headers }).formData()) as FormData;
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

/**
 * The kind by our own reading, as a header of our own: Bun looks for the names of both kinds anywhere
 * in what it is given, and would take a form apart as another than the one whose fields we counted.
 */
function kindOf(given: string): Kind {
  if (!/^multipart/i.test(given)) return { type: URL_ENCODED, mark: "&" };
  const boundary = boundaryOf(given);
  if (boundary === null) throw new Error("there is no boundary");
  return { type: `multipart/form-data; boundary="${boundary}"`, mark: `--${boundary}` };
}

function isMoreThan(most: number, mark: string, body: Buffer): boolean {
  let count = 0;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    if (++count > most) return true;
  }
  return false;
}

/** The token that came with a request: in the header of a script's, in the field of a form's. */
export async function tokenOf(c: WebContext): Promise<string | null> {
  const header = c.req.header(CSRF_HEADER);
  if (header !== undefined) return header;
  const field = (await formOf(c)).get(CSRF_FIELD);
  return typeof field === "string" && field !== "" ? field : null;
}

/** A field of text, trimmed at its end, without NUL, which PostgreSQL keeps nowhere; "" where it is absent or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  // Browsers send line ends as CRLF (HTML, form submission); the product knows LF alone.
  return typeof value === "string"
    ? value.replaceAll("\r\n", "\n").replaceAll("\0", "").trimEnd()
    : "";
}
