import type { WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { placeOf } from "#api/chan/tim.ts";
import { type BoardSite } from "#api/site.ts";
import { fileName } from "#media/store/name.ts";
import { type ServedFiles, serveMedia } from "#media/serve.ts";
import { postsMadeAt } from "#store/by-time.ts";
import { isFileShown } from "#store/files.ts";
import { readableBoard } from "#thread/read.ts";

/** Files: those of posts by their hash, and by 4chan's numbers; style, script and icon. */
export function fileRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { store } = site.threads;
  const files: ServedFiles = {
    store: site.media,
    isShown: (sha256) => isFileShown(store.kysely, sha256),
  };

  app.get("/assets/:name", (c) => {
    const asset = site.assets.byPath.get(c.req.path);
    if (asset === undefined) return c.notFound();
    return c.body(asset.body, 200, {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
    });
  });

  app.get("/media/:name", async (c, next) => {
    const served = await serveMedia(c.req.raw, c.req.param("name"), null, files);
    // It may be a file's name on the site that its board came from: old.ts.
    return served ?? next();
  });

  // `/b/1767323165000020.png` and `/b/1767323165000020s.jpg`: where clients of 4chan's JSON look.
  app.get("/:board{[a-z0-9]{1,24}}/:file{[0-9]{14,16}s?\\.[a-z0-9]{3,4}}", async (c) => {
    const [, digits = "", small = ""] = /^(\d+)(s?)/.exec(c.req.param("file")) ?? [];
    const { createdAt, tail, position } = placeOf(Number(digits));
    const board = await readableBoard({ store }, c.req.param("board"));
    const posts = await postsMadeAt(store.kysely, board, createdAt);
    const file = posts.find(({ id }) => id % 100 === tail)?.files[position];
    if (file === undefined || file.state !== "stored") return c.notFound();
    const thumb = small === "s" && file.thumb !== null;
    const name = fileName({ sha256: file.sha256, kind: file.kind, thumb });
    return (await serveMedia(c.req.raw, name, file.filename, files)) ?? c.notFound();
  });
}
