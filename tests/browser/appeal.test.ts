import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import type { Browser } from "playwright-core";
import { hasChromium, launch, overflow, violations } from "./browser.ts";

const present = hasChromium("contesting a refusal in a browser");

let browser: Browser;
let edge: EdgeProcess;
let origin: RecordingOrigin;

beforeAll(async () => {
  if (!present) return;
  origin = await RecordingOrigin.start();
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: {
      rules: [
        {
          id: "no-private",
          expression: 'starts_with(http.request.uri.path, "/private")',
          action: "block",
        },
      ],
    },
    config: { kernel: { enabled: false } },
  });
  browser = await launch();
}, 60_000);

afterAll(async () => {
  if (!present) return;
  await browser.close();
  await edge.stop();
  await origin.stop();
});

describe.skipIf(!present)("a refusal", () => {
  test.each([
    ["light", "en-GB", 1000],
    ["dark", "fr-FR", 1000],
    ["light", "fr-FR", 320],
  ] as const)(
    "is contested by link and form: %s, %s, %d pixels wide",
    async (colorScheme, locale, width) => {
      const viewport = { width, height: 800 };
      // axe comes in as a script, which the pages' own policy forbids.
      const context = await browser.newContext({ colorScheme, locale, viewport, bypassCSP: true });
      const page = await context.newPage();
      const isFrench = locale === "fr-FR";
      await page.goto(`http://127.0.0.1:${edge.http}/private/letters`);
      expect(await violations(page)).toEqual([]);
      await page.getByText(isFrench ? "Contester cette décision" : "Contest this decision").click();
      const field = page.getByLabel(isFrench ? "Pourquoi" : "Why");
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await field.fill("These are mine.");
      await page.getByRole("button").click();
      const title = isFrench ? "Votre message est arrivé" : "Your message has arrived";
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      expect(await violations(page)).toEqual([]);
      await context.close();
    },
    30_000,
  );

  test("needs no script, under the page's own policy", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${edge.http}/private/letters`);
    await page.getByText("Contest this decision").click();
    await page.getByLabel("Why").fill("These are mine.");
    await page.getByRole("button").click();
    const heading = { level: 1, name: "Your message has arrived" };
    await page.getByRole("heading", heading).waitFor();
    expect(await page.locator("textarea[readonly]").inputValue()).toStartWith("egr1.");
    await context.close();
  }, 30_000);
});
