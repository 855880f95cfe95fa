import { randomBytes } from "node:crypto";
import { drillProof, DRILL_PATH } from "@egide/edge/respond/drill-proof.ts";
import { AppError } from "@egide/std/error.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { Connection, type Target } from "#drill/connection.ts";
import { program, requestText } from "#drill/request.ts";

const LOOPBACK = new CidrSet(["127.0.0.0/8", "::1"]);

/** True where every client of a drill may have an address of its own. */
export function isSpreadable(host: string): boolean {
  return host.startsWith("127.");
}

/**
 * Makes sure that a drill attacks nobody but the installation that it belongs to. Throws AppError:
 * `drill.address` where `host` is neither loopback nor listed under `drill.allow`; `drill.target`
 * where what answers there can't prove that it serves this zone for this installation.
 */
export async function checkTarget(
  target: Target,
  zone: string,
  key: Uint8Array,
  allow: readonly string[],
): Promise<void> {
  const { host, port } = target;
  if (!LOOPBACK.has(host) && !new CidrSet(allow).has(host)) {
    throw refusal(
      "drill.address",
      `${host} is not on loopback: list it under drill.allow in the configuration to practise there`,
    );
  }
  const nonce = randomBytes(16).toString("hex");
  const line = new Connection(target, undefined);
  const path = `${DRILL_PATH}?${nonce}`;
  const looks = program("egide-drill");
  const answer = await line.ask(requestText({ path, host: target.name, looks }));
  line.close();
  if (answer.body === drillProof(key, zone, nonce)) return;
  throw refusal(
    "drill.target",
    answer.status === 0
      ? `nothing answers at ${host}:${port}`
      : `what answers at ${host}:${port} as ${target.name} is not zone ${zone} of this installation`,
  );
}

function refusal(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
