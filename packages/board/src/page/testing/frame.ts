import type { Frame } from "#page/frame.ts";
import { translate } from "#page/message/text.ts";

/** A frame for tests of pages. */
export function frameOf(over: Partial<Frame>): Frame {
  const locale = over.locale ?? "en";
  return {
    locale,
    t: translate(locale),
    theme: "auto",
    site: { name: "Test boards", url: "http://board.test" },
    boards: [{ uri: "b", title: "Random" }],
    csrf: "token",
    path: "/",
    assets: {
      css: "/assets/board.css",
      staff: "/assets/staff.css",
      script: "/assets/board.js",
      proof: "/assets/proof.js",
      icon: "/assets/icon.svg",
    },
    isStaff: false,
    ...over,
  };
}
