import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { scrubPdf } from "#media/recording/scrub-pdf.ts";

const scrubbed = (text: string): string =>
  Buffer.from(scrubPdf(Buffer.from(text, "latin1"))).toString("latin1");

describe("what a PDF says about itself", () => {
  test.each([
    ["/Author (Zoe)", "/Author (   )"],
    ["/Author(Z\\)o(e)) /Pages 2 0 R", "/Author(       ) /Pages 2 0 R"],
    ["/CreationDate <FEFF>", "/CreationDate <    >"],
    ["/Title << /Author (A) >>", "/Title << /Author ( ) >>"],
    ["/Title (a /Author (b) c) /Author (d)", "/Title (               ) /Author ( )"],
    ["(Author) Tj /Authority (kept)", "(Author) Tj /Authority (kept)"],
    [
      '<?xpacket begin="x"?><x/><?xpacket end="w"?>',
      '<?xpacket begin="x"?>    <?xpacket end="w"?>',
    ],
    ["<?xpacket begin/Author <?><x/><?xpacket end", "<?xpacket begin               <?xpacket end"],
  ])("%s", (before, after) => {
    expect(scrubbed(before)).toBe(after);
  });

  test("nothing moves, and once is enough", () => {
    const piece = fc.constantFrom(
      "/Author ",
      "(",
      ")",
      "\\",
      "<",
      ">",
      "x",
      "<?xpacket begin",
      "?>",
      "<?xpacket end",
      "/Title(",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        let once: string;
        try {
          once = scrubbed(text);
        } catch {
          return;
        }
        expect(once.length).toBe(text.length);
        expect(scrubbed(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });
});
