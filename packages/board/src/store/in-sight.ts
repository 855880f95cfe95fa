import { type Expression, expressionBuilder, type SqlBool } from "kysely";
import type { Tables } from "#store/tables.ts";

/**
 * What the public may see of the table `post`: posts in sight, in threads that are in sight. A thread
 * that is put out of sight takes its replies along, whatever their own state says. Of boards it says
 * nothing: whoever asks has looked at those before.
 */
export function inSight(): Expression<SqlBool> {
  const row = expressionBuilder<Tables, "post">();
  return row.and([
    row("post.state", "=", "visible"),
    // A value of one row and no join: PostgreSQL looks each thread up, and never reads all to join.
    row(
      row
        .selectFrom("thread")
        .select("thread.state")
        .whereRef("thread.boardId", "=", "post.boardId")
        .whereRef("thread.no", "=", "post.threadNo"),
      "=",
      "visible",
    ),
  ]);
}
