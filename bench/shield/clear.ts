import { unitsOf } from "@egide/challenge/client/unit.ts";
import { encodeProof, type Share, type Work } from "@egide/challenge/kind/proof.ts";

/** Meets the challenge that Égide puts before a path, as a browser does; answers the cookie. */
export async function clear(port: number, path: string): Promise<string> {
  const root = `http://127.0.0.1:${port}`;
  const headers = { host: "bench.test", accept: "text/html" };
  const page = await (await fetch(root + path, { headers })).text();
  const text = /data-task="([^"]+)"/.exec(page)?.[1]?.replaceAll("&quot;", '"');
  if (text === undefined) throw new Error("no challenge was put");
  const { ticket, ...work } = JSON.parse(text) as Work & { ticket: string };
  const step = unitsOf({ ticket, ...work, first: 0, stride: 1 });
  const shares: Share[] = [];
  while (shares.length < work.full) shares.push(...step());
  const proof = Buffer.from(encodeProof(work.kind, shares.slice(0, work.full)));
  const answer = await fetch(`${root}/.well-known/egide/challenge/proof`, {
    method: "POST",
    headers,
    body: `${ticket} ${proof.toString("base64url")}`,
  });
  const cookie = answer.headers.get("set-cookie")?.split(";", 1)[0];
  if (cookie === undefined) throw new Error(`not cleared: ${await answer.text()}`);
  return cookie;
}
