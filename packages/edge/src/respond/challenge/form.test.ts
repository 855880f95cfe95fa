import { expect, test } from "bun:test";
import { readForm } from "#respond/challenge/form.ts";

const BODY = '--zz\r\ncontent-disposition: form-data; name="text"\r\n\r\nwords\r\n--zz--\r\n';
const bytes = (text: string) => new TextEncoder().encode(text);
const kept = { multipart: true, fields: [["text", "words"]] } as const;

test("a form is taken apart by the boundary that we read, whatever else its header says", async () => {
  const read = (type: string, body = BODY) => readForm(["content-type", type], bytes(body));
  expect(await read("multipart/form-data; boundary=zz")).toEqual(kept);
  expect(await read('Multipart/Form-Data; charset=utf-8; boundary="zz"')).toEqual(kept);
  // Bun would read these as URL-encoded, or by the wrong boundary.
  expect(
    await read("multipart/form-data; boundary=zz; x=application/x-www-form-urlencoded"),
  ).toEqual(kept);
  expect(await read("multipart/form-data; xboundary=a; boundary=zz")).toEqual(kept);
  expect(await read("multipart/form-data; boundary=urlencoded", "a=b&c=d")).toBeNull();
  expect(await read("multipart/form-data")).toBeNull();
});
