import { ask, tooMuch } from "#control/client.ts";
import { type PurgeRequest, purgeRequestSchema, purgedSchema } from "#purge/message.ts";

/** Asks the process behind the control socket. Answers when it was purged; throws AppError. */
export async function requestPurge(socketPath: string, request: PurgeRequest): Promise<number> {
  if (!purgeRequestSchema.safeParse(request).success) throw tooMuch();
  return (await ask(socketPath, request, purgedSchema)).at;
}
