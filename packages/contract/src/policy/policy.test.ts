import { expect, test } from "bun:test";
import { logPolicySchema, logSettingsSchema } from "#policy/log.ts";
import { respondPolicySchema } from "#policy/respond.ts";

test("everything has a default that can be served with", () => {
  const respond = respondPolicySchema.parse({});
  expect(respond.compression.codings).toEqual(["br", "zstd", "gzip"]);
  expect(respond.httpsRedirect).toBe("off");
  expect(logPolicySchema.parse({}).address).toBe("truncated");
  expect(logSettingsSchema.parse({}).sink).toEqual({ kind: "stdout" });
});

test("values that would break a response's head are refused", () => {
  for (const altSvc of ["a\r\nb", "é", " a", "a "]) {
    expect(respondPolicySchema.safeParse({ altSvc }).success).toBe(false);
  }
  expect(respondPolicySchema.safeParse({ server: { replace: "x\ny" } }).success).toBe(false);
  expect(respondPolicySchema.safeParse({ via: "a b" }).success).toBe(false);
  expect(respondPolicySchema.safeParse({ errorPages: { contact: "javascript:x" } }).success).toBe(
    false,
  );
});

test("a page template that can't be read is refused where it is wrong", () => {
  const parsed = respondPolicySchema.safeParse({
    errorPages: { template: "<h1>{{title}}</h1>\n<p>{{nope}}" },
  });
  expect(parsed.error?.issues[0]).toMatchObject({
    path: ["errorPages", "template"],
    message: expect.stringContaining("line 2, column 4: there is no {{nope}}"),
  });
});

test("a misspelt setting is an error, not a default", () => {
  expect(logPolicySchema.safeParse({ adress: "whole" }).success).toBe(false);
  expect(respondPolicySchema.safeParse({ compression: { enable: true } }).success).toBe(false);
});
