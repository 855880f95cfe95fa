import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { OWN, type SiteRig, siteRig } from "#api/testing/site.ts";
import { drawing, SCRIPT } from "#media/testing/make.ts";

/* Forms as no browser of ours sends them. */
let rig: SiteRig;
let png = new Uint8Array();
beforeAll(async () => {
  rig = await siteRig({}, true);
  await rig.board("b");
  png = new Uint8Array(await drawing(40, 30).png().toBuffer());
  await rig.send("/b/post", { text: "Opening" });
});
afterAll(() => rig.close());

/** Sends a body as it stands. */
function raw(body: Uint8Array | string, type: string, accept = "application/json") {
  const headers = { origin: OWN, accept, "content-type": type };
  return rig.ask("/b/post", { method: "POST", body, headers });
}

/** A part, with the head as it is given. */
function part(head: string, body: Uint8Array | string = ""): Buffer {
  return Buffer.concat([
    Buffer.from(`--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from("\r\n"),
  ]);
}

const MULTIPART = "multipart/form-data; boundary=x";
const END = Buffer.from("--x--\r\n");

function multipart(...parts: readonly Buffer[]) {
  return raw(Buffer.concat([...parts, END]), MULTIPART);
}

async function codeOf(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const { code } = (await response.json()) as { code?: string };
  return code ?? String(response.status);
}

describe("parts", () => {
  test("a thousand files: refused before one of them is looked at", async () => {
    const one = part('name="files"; filename="a.png"', png.subarray(0, 300));
    const began = performance.now();
    const many = Array.from({ length: 1000 }, () => one);
    expect(await codeOf(multipart(part('name="text"', "x"), ...many))).toBe("board.files_many");
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test("more parts than any form has: not even taken apart", async () => {
    const one = part('name="a"', "b");
    const many = Array.from({ length: 25_000 }, () => one);
    expect(await codeOf(multipart(...many))).toBe("web.form");
    const fields = raw("a=b&".repeat(400_000), "application/x-www-form-urlencoded");
    expect(await codeOf(fields)).toBe("web.form");
  });

  const URL_ENCODED = "application/x-www-form-urlencoded";
  test.each([
    `multipart/form-data; boundary=zz; x=${URL_ENCODED}`,
    `multipart/form-data; boundary=zz/${URL_ENCODED}`,
    `multipart/form-data; boundary="zz/${URL_ENCODED}"`,
    `multipart/form-data; boundary="${URL_ENCODED}"`,
    `multipart/form-data; boundary="${URL_ENCODED.toUpperCase()}"`,
    `multipart/form-data; boundary=zz, ${URL_ENCODED}`,
    `multipart/form-data-${URL_ENCODED}; boundary=zz`,
  ])("a type that names two kinds of forms opens no way around the count: %s", async (type) => {
    const fields = `text=${"x&a".repeat(100_000)}`;
    expect(await codeOf(raw(fields, type))).toMatch(/^(?:web\.form|board\.empty)$/);
    // Whoever took it for fields would find a text.
    expect(await codeOf(raw("text=words", type))).not.toBe("201");
  });

  test.each(["xboundary=x; boundary=zz", 'y="boundary=x"; boundary=zz'])(
    "nor does a type with two boundaries: %s",
    async (given) => {
      const one = part('name="text"', "b");
      const many = Array.from({ length: 25_000 }, () => one);
      const body = Buffer.concat([...many, END]);
      expect(await codeOf(raw(body, `multipart/form-data; ${given}`))).toBe("web.form");
    },
  );

  test.each(["x", "----WebKitFormBoundaryAbC123", "a'()+_.:=?-9", "boundary=x"])(
    "boundaries that programs make are taken, quoted or not: %s",
    async (boundary) => {
      const head = 'Content-Disposition: form-data; name="text"';
      const body = `--${boundary}\r\n${head}\r\n\r\n${boundary} HOW\r\n--${boundary}--\r\n`;
      const quoted = raw(
        body.replace("HOW", "quoted"),
        `multipart/form-data; boundary="${boundary}"`,
      );
      expect(await codeOf(quoted)).toBe("201");
      const type = `Multipart/Form-Data;charset=utf-8;Boundary=${boundary}`;
      expect(await codeOf(raw(body.replace("HOW", "plain"), type))).toBe("201");
    },
  );

  test("a slash may stand in a boundary that is quoted", async () => {
    const boundary = "=_a/b'()+_";
    const head = 'Content-Disposition: form-data; name="text"';
    const body = `--${boundary}\r\n${head}\r\n\r\nslash\r\n--${boundary}--\r\n`;
    expect(await codeOf(raw(body, `multipart/form-data; boundary="${boundary}"`))).toBe("201");
  });

  test("fields that come twice: the first counts", async () => {
    const answer = await multipart(
      part('name="thread"', "1"),
      part('name="thread"', "999"),
      part('name="text"', "first"),
      part('name="text"', "second"),
    );
    const { no, threadNo } = (await answer.json()) as { no: number; threadNo: number };
    expect(threadNo).toBe(1);
    const post = await rig.store.kysely
      .selectFrom("post")
      .select("text")
      .where("no", "=", no)
      .executeTakeFirstOrThrow();
    expect(post.text).toBe("first");
  });

  test("a text that is a file, a file that is a text, fields of everybody's prototype", async () => {
    const file = part('name="text"; filename="a.txt"', "words");
    expect(await codeOf(multipart(file))).toBe("board.empty");
    expect(await codeOf(multipart(part('name="files"', "words")))).toBe("board.empty");
    const odd = ["__proto__", "constructor", "toString"].map((name) => part(`name="${name}"`, "x"));
    expect(await codeOf(multipart(...odd, part('name="text"', "odd")))).toBe("201");
  });

  test.each(["0", "-1", "1e0", "abc", "1 or 1=1", "99999999999999999999", " 1"])(
    "a thread that is none opens none: %j",
    async (thread) => {
      const answer = multipart(part('name="thread"', thread), part('name="text"', "lost"));
      expect(await codeOf(answer)).toBe("board.no_thread");
    },
  );

  test("forms that are none", async () => {
    const body = Buffer.concat([part('name="text"', "x"), END]);
    for (const type of [
      "multipart/form-data",
      "multipart/form-data; boundary=",
      `multipart/form-data; boundary=${"y".repeat(500)}`,
      "multipart/form-data; boundary=y",
    ]) {
      expect([type, await codeOf(raw(body, type))]).toEqual([type, "web.form"]);
    }
    for (const cut of [1, 20, body.length - 8]) {
      expect(await codeOf(raw(body.subarray(0, cut), MULTIPART))).toMatch(
        /^(?:web\.form|board\.empty)$/,
      );
    }
    expect(await codeOf(raw('{"text":"x"}', "application/json"))).toBe("board.empty");
    expect(await codeOf(raw(Buffer.alloc(3_000_000), MULTIPART))).toBe("web.body_too_large");
  });
});

describe("names and types of files", () => {
  const NAMES = {
    "../../../../etc/passwd": "passwd.png",
    "C:\\Windows\\system.ini": "system.png",
    "holiday\u202egnp.exe": "holidaygnp.png",
    "shell.php.png": "shell.php.png",
    ".htaccess": "htaccess.png",
    "...": "file.png",
    "a\u0000b.png": "a.png",
    CON: "CON.png",
    "\u{1f3d6}\ufe0f.png": "\u{1f3d6}\ufe0f.png",
    [`${SCRIPT}.png`]: "script.png",
  } as const;

  test.each(Object.entries(NAMES))("%j is shown as %j", async (name, shown) => {
    const file = new File([png], name, { type: "text/html" });
    const answer = await rig.send("/b/post", { thread: "1", text: `a ${name}`, files: file });
    expect(answer.status).toBe(303);
    const { files } = await rig.store.kysely
      .selectFrom("post")
      .select("files")
      .orderBy("id", "desc")
      .executeTakeFirstOrThrow();
    const [kept] = JSON.parse(files) as { filename: string; kind: string }[];
    expect(kept?.kind).toBe("png");
    expect(kept?.filename).toBe(shown);
  });

  test("a name of 10 KB, and one that would end its header", async () => {
    for (const name of ["x".repeat(10_000), 'a"; filename="b.html', "a%0d%0aSet-Cookie: x=1"]) {
      const answer = await multipart(
        part('name="thread"', "1"),
        part('name="text"', `named ${name.length}`),
        part(`name="files"; filename="${name}"`, png),
      );
      expect(answer.status).toBe(201);
      const { files } = await rig.store.kysely
        .selectFrom("post")
        .select("files")
        .orderBy("id", "desc")
        .executeTakeFirstOrThrow();
      const [kept] = JSON.parse(files) as { filename: string }[];
      expect((kept?.filename ?? "").length).toBeLessThan(130);
      expect(kept?.filename).toMatch(/\.png$/);
      expect(kept?.filename).not.toMatch(/[\r\n"]/);
    }
  });

  test("a type that lies is not believed, either way", async () => {
    const page = new File([`<html>${SCRIPT}`], "a.png", { type: "image/png" });
    const refused = await rig.send("/b/post", { thread: "1", text: "lie", files: page });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("lie");
  });
});
