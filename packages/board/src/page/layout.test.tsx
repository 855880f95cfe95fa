/** @jsxImportSource hono/jsx */
import { expect, test } from "bun:test";
import { Layout, toDocument } from "#page/layout.tsx";
import { Notice, Pager, Table, Time } from "#page/part/common.tsx";
import { Area, Button, Check, Choice, Field, Form, Select } from "#page/part/form.tsx";
import { sayBytes } from "#page/part/say.ts";
import { frameOf } from "#page/testing/frame.ts";

const EVIL = `"><script>alert(1)</script>'`;

test("a page has landmarks, a language and nothing from elsewhere", () => {
  const frame = frameOf({ locale: "fr", theme: "dark" });
  const text = toDocument(
    <Layout frame={frame} head={{ title: EVIL, description: EVIL, canonical: "/b/" }}>
      <h1>A</h1>
    </Layout>,
  );
  expect(text).toStartWith('<!doctype html><html lang="fr" data-theme="dark">');
  for (const part of ["<header", "<nav aria-label=", '<main id="content"', "<footer>"]) {
    expect(text).toContain(part);
  }
  expect(text).toContain('<link rel="canonical" href="http://board.test/b/"/>');
  expect(text).not.toContain("<script>");
  expect(text.match(/(?:src|href)="https?:[^"]*"/g)).toEqual(['href="http://board.test/b/"']);
});

test("a form carries the visitor's token, its values escaped and its errors tied to the fields", () => {
  const form = (csrf: string | null): string =>
    toDocument(
      <Form frame={frameOf({ csrf })} action="/x" multipart>
        <Field name="name" label="Name" value={EVIL} hint="Hint" error="Wrong" required />
        <Area name="text" label="Text" value={"\n<b>"} />
        <Select
          name="s"
          label="S"
          value="b"
          options={[
            { value: "a", label: "A" },
            { value: "b", label: "B" },
          ]}
        />
        <Choice legend="C" name="c" value="x" options={[{ value: "x", label: "X", hint: "why" }]} />
        <Check name="sage" label="Sage" checked />
        <Button kind="danger">Go</Button>
      </Form>,
    );
  const text = form("token");
  expect(text).toContain('<input type="hidden" name="_csrf" value="token"/>');
  expect(form(null)).not.toContain("_csrf");
  expect(text).toContain('aria-describedby="name-hint name-wrong" aria-invalid="true"');
  expect(text).toContain(">\n\n&lt;b&gt;</textarea>");
  expect(text).toContain('<option value="b" selected="">');
  expect(text).not.toContain("<script>");
});

test("notices are announced, tables scroll, pagers say where one is", () => {
  const frame = frameOf({});
  const text = toDocument(
    <>
      <Notice kind="error" title="No">
        why
      </Notice>
      <Table caption="Acts" head={["When"]}>
        <tr>
          <td>
            <Time frame={frame} at={Date.UTC(2026, 0, 2, 3, 4)} />
          </td>
        </tr>
      </Table>
      <Pager frame={frame} page={6} pages={30} href={(page) => `/b/${page}`} />
    </>,
  );
  expect(text).toContain('role="alert"');
  expect(text).toContain('<time datetime="2026-01-02T03:04:00Z">02 Jan 2026, 03:04 UTC</time>');
  expect(text).toContain('<a href="/b/6" aria-current="page">6</a>');
  expect(text.match(/href="\/b\//g)).toHaveLength(13);
  expect(toDocument(<Pager frame={frame} page={1} pages={1} href={String} />)).toBe(
    "<!doctype html>",
  );
});

test("sizes are said in each language", () => {
  expect(sayBytes(1536, "en")).toBe("1.5\u00a0KB");
  expect(sayBytes(1536, "fr")).toBe("1,5\u00a0ko");
  expect(sayBytes(20_000_000, "en")).toBe("19\u00a0MB");
});
