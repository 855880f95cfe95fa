/** @jsxImportSource hono/jsx */
import { PROOF_PATH } from "@egide/contract/abuse/proof.ts";
import { MOST_MESSAGE_BYTES } from "@egide/contract/abuse/sealed.ts";
import type { WebContext, WebEnv } from "@egide/web/context.ts";
import { formOf } from "@egide/web/form.ts";
import type { Hono } from "hono";
import { bad } from "#moderation/service/deps.ts";
import { Layout, toDocument } from "#page/layout.tsx";
import { CallPage } from "#page/staff/queue.tsx";
import type { StaffSite } from "#page/staff/site.ts";
import { acknowledge, isTaken } from "#provider/alert.ts";
import { proofPublisher } from "#provider/figures.ts";
import { INTAKE_PATH, takeMessage } from "#provider/intake.ts";

/**
 * What is reached without an account: the provider's messages and the board's own figures, which
 * prove themselves by a signature, and the call of whoever is on call, by a secret in its address.
 */
export function openRoutes(app: Hono<WebEnv>, site: StaffSite): void {
  const proof = proofPublisher(site.provider);

  app.post(INTAKE_PATH, async (c) => {
    const text = await c.req.text();
    if (text.length > MOST_MESSAGE_BYTES) throw bad("abuse.malformed", "not a sealed message");
    return c.json(await takeMessage(site.provider, parse(text)));
  });

  app.get(PROOF_PATH, async (c) =>
    c.body(await proof(), 200, {
      "content-type": "application/json",
      "cache-control": "public, max-age=60",
      "access-control-allow-origin": "*",
    }),
  );

  app.get("/staff/on-call/:token{[A-Za-z0-9_-]{22}}", async (c) => {
    const token = c.req.param("token");
    return call(c, token, await isTaken(site.provider, token));
  });
  app.post("/staff/on-call/:token{[A-Za-z0-9_-]{22}}", async (c) => {
    await formOf(c);
    const actor = await site.actor(c);
    await acknowledge(site.provider, c.req.param("token"), actor?.id ?? "link");
    return call(c, c.req.param("token"), true);
  });

  async function call(c: WebContext, token: string, taken: boolean): Promise<Response> {
    const frame = await site.frame(c);
    const head = { title: frame.t("staff.on-call"), noIndex: true };
    const page = (
      <Layout frame={frame} head={head}>
        <CallPage frame={frame} token={token} taken={taken} />
      </Layout>
    );
    return c.html(toDocument(page), 200, { "cache-control": "private, no-store" });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
