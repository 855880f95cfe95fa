import { AppError } from "@egide/std/error.ts";
import type { Database } from "#database.ts";
import { openPostgres } from "#postgres/open.ts";
import { openSqlite } from "#sqlite/open.ts";

/** Opens `sqlite:path/of/file.db` or `postgres://user@host/name`. */
export function openDatabase<Tables>(url: string): Database<Tables> {
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url);
  if (url.startsWith("sqlite:") && url.length > 7) return openSqlite(url.slice(7));
  throw new AppError({
    code: "sql.bad_url",
    source: "operator",
    retry: false,
    publicMessage: "a database is written sqlite:path/of/file.db or postgres://user@host/name",
  });
}
