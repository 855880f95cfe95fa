import { describe, expect, test } from "bun:test";
import { exampleXarf } from "#abuse/testing/messages.ts";
import { urlOf, xarfSchema } from "#abuse/xarf.ts";

const { x_egide: own, type: _, ...content } = exampleXarf;
const { url: __, category: ___, ...core } = { url: "", ...content };

/** What each type needs beyond the core, as the published schemas say. */
const WHOLE: Record<string, object> = {
  phishing: {},
  malware: {},
  fraud: { fraud_type: "other" },
  brand_infringement: {
    infringement_type: "lookalike",
    legitimate_site: "https://brand.example/",
  },
  remote_compromise: { compromise_type: "webshell" },
  suspicious_registration: {
    registration_date: "2026-01-01T00:00:00Z",
    suspicious_indicators: ["typosquatting"],
  },
  exposed_data: { data_types: ["personal_information"], exposure_method: "forum_post" },
  csam: { classification: "baseline", detection_method: "hash_match" },
  csem: { exploitation_type: "grooming", detection_method: "user_report" },
  x_threat_to_life: { x_egide: own },
  x_terrorist_content: { x_egide: own },
  x_harassment: { x_egide: own },
  x_doxxing: { x_egide: own },
};

const accepts = (report: unknown) => xarfSchema.safeParse(report).success;

describe.each(Object.entries(WHOLE))("%s", (type, needs) => {
  const whole = { ...content, type, ...needs };

  test("is a report with all it needs, and fields that others add", () => {
    expect(accepts(whole)).toBe(true);
    expect(accepts({ ...whole, x_other_vendor: { a: 1 }, target_brand: "Brand" })).toBe(true);
  });

  test("is none without any one of the fields it needs", () => {
    const needed = [
      "xarf_version",
      "report_id",
      "timestamp",
      "reporter",
      "sender",
      "source_identifier",
      "category",
      "type",
      "url",
      ...Object.keys(needs),
    ];
    for (const name of needed) {
      expect([name, accepts({ ...whole, [name]: undefined })]).toEqual([name, false]);
    }
  });
});

test("a copyright report names the work's place under another field", () => {
  const report = {
    ...core,
    category: "copyright",
    type: "ugc_platform",
    infringing_url: "https://board.example/b/thread/1",
    platform_name: "Board",
  };
  expect(accepts(report)).toBe(true);
  expect(urlOf(xarfSchema.parse(report))).toBe("https://board.example/b/thread/1");
  expect(accepts({ ...report, infringing_url: undefined })).toBe(false);
});

test.each([
  ["another major version", { xarf_version: "3.0.0" }],
  ["a report id that is no UUID", { report_id: "1" }],
  ["a contact without organisation", { reporter: { contact: "a@b.example", domain: "b.example" } }],
  ["an address that is not of the web", { url: "javascript:alert(1)" }],
  ["a port out of range", { source_port: 65_536 }],
  ["a confidence above one", { confidence: 1.1 }],
  ["a type nobody knows", { type: "gossip" }],
  ["a tag without a namespace", { tags: ["urgent"] }],
  ["evidence that is not Base64", { evidence: [{ content_type: "text/plain", payload: "é" }] }],
])("%s is refused", (_name, change) => {
  expect(accepts({ ...exampleXarf, ...change })).toBe(false);
});

test("child sexual abuse material is never copied into a report", () => {
  const report = {
    ...content,
    type: "csam",
    classification: "baseline",
    detection_method: "hash_match",
  };
  const evidence = [{ content_type: "image/png", payload: "AAAA" }];
  expect(accepts({ ...report, evidence })).toBe(false);
  expect(accepts({ ...exampleXarf, evidence })).toBe(true);
});
