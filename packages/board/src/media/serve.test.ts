import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { displayName } from "#media/filename.ts";
import { serveMedia } from "#media/serve.ts";
import { testParts } from "#media/testing/parts.ts";
import type { MediaKind } from "#store/table/media.ts";

const { store, root, stop } = testParts({ ffmpeg: false });
afterAll(stop);

const SHA = "ab".repeat(32);
async function keep(kind: MediaKind, thumb = false): Promise<void> {
  const path = join(root, `up-${crypto.randomUUID()}`);
  await Bun.write(path, "0123456789");
  await store.put({ sha256: SHA, kind, thumb }, path);
}
for (const kind of ["png", "webm", "pdf"] as const) await keep(kind);
await keep("png", true);

const sealed = new Set<string>();
const files = { store, isShown: async (sha256: string) => !sealed.has(sha256) };

async function ask(
  name: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Response> {
  const request = new Request(`http://board.test/media/${name}`, { headers, method });
  return (await serveMedia(request, name, 'été "1".png', files)) as Response;
}

describe("serving files", () => {
  test("as what they are, inert, for ever", async () => {
    const response = await ask(`${SHA}.png`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("0123456789");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=31536000, immutable",
      "cache-tag": `media-${SHA},media`,
      "content-disposition": `inline; filename="_t_ _1_.png"; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22.png`,
    });
    expect((await ask(`${SHA}.t.png`)).headers.get("content-type")).toBe("image/webp");
    const document = await ask(`${SHA}.pdf`);
    expect(document.headers.get("content-disposition")).toStartWith("attachment;");
  });

  test("in parts", async () => {
    for (const [range, status, body, told] of [
      ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
      ["bytes=7-", 206, "789", "bytes 7-9/10"],
      ["bytes=-2", 206, "89", "bytes 8-9/10"],
      ["bytes=5-500", 206, "56789", "bytes 5-9/10"],
      ["bytes=10-", 416, "", "bytes */10"],
      ["bytes=-0", 416, "", "bytes */10"],
      ["bytes=4-2", 200, "0123456789", null],
      ["bytes=0-1,3-4", 200, "0123456789", null],
      ["lines=1-2", 200, "0123456789", null],
    ] as const) {
      const response = await ask(`${SHA}.webm`, { range });
      expect([range, response.status, await response.text()]).toEqual([range, status, body]);
      expect(response.headers.get("content-range")).toBe(told);
    }
    const changed = await ask(`${SHA}.webm`, { range: "bytes=0-3", "if-range": '"other"' });
    expect(changed.status).toBe(200);
    const same = await ask(`${SHA}.webm`, { range: "bytes=0-3", "if-range": `"${SHA}"` });
    expect(same.status).toBe(206);
  });

  test("not again to who has them, and not to HEAD", async () => {
    expect((await ask(`${SHA}.png`, { "if-none-match": `"x", W/"${SHA}"` })).status).toBe(304);
    expect((await ask(`${SHA}.t.png`, { "if-none-match": `"${SHA}"` })).status).toBe(200);
    const head = await ask(`${SHA}.png`, {}, "HEAD");
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["10", ""]);
  });

  test("what is sealed, missing or none of ours is not there", async () => {
    await store.seal(SHA, "webm");
    for (const name of [`${SHA}.webm`, `${"0".repeat(64)}.png`, "../../etc/passwd", "x.html"]) {
      expect(await ask(name)).toBeNull();
    }
    // Not to who has it already either.
    sealed.add(SHA);
    expect(await ask(`${SHA}.png`)).toBeNull();
    expect(await ask(`${SHA}.t.png`, { "if-none-match": `"${SHA}-t"` })).toBeNull();
  });
});

test("names as people may see them", () => {
  for (const [name, shown] of [
    ["cat.jpg", "cat.png"],
    ["../../etc/passwd", "passwd.png"],
    ["C:\\Users\\someone\\cat.jpeg", "cat.png"],
    ["cat\u202egnp.exe", "catgnp.png"],
    ['<b>"x"\r\n.html', "bx.png"],
    ["...", "file.png"],
    ["", "file.png"],
    [".htaccess", "htaccess.png"],
    ["a".repeat(500), `${"a".repeat(120)}.png`],
  ] as const) {
    expect(displayName(name, "png")).toBe(shown);
  }
});
