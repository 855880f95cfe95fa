import { createHash } from "node:crypto";
import type { Extension } from "@egide/contract/abuse/extension.ts";
import { type Xarf, XARF_VERSION, xarfSchema } from "@egide/contract/abuse/xarf.ts";
import { type Category, factsOf } from "#moderation/category.ts";
import type { ProviderSettings } from "#settings/provider.ts";
import type { PostState } from "#moderation/act.ts";

/** What a report says of a post; never its media. */
export interface ReportedPost {
  readonly reportId: string;
  readonly itemId: number;
  readonly category: Category;
  readonly board: string;
  readonly threadNo: number;
  readonly no: number;
  readonly postedAt: number;
  readonly text: string;
  readonly subject: string;
  readonly state: PostState;
  readonly sealed: boolean;
  readonly knownSince: number;
  readonly media: readonly {
    readonly sha256: string;
    readonly md5: string;
    readonly pdq: string | null;
    readonly kind: string;
  }[];
  /** What the reporter wrote. */
  readonly words: string;
}

/** Characters of evidence text: the longest post is shorter. */
const EVIDENCE_TEXT = 50_000;

export function postUrl(siteUrl: string, post: { board: string; threadNo: number; no: number }) {
  return `${siteUrl}/${post.board}/thread/${post.threadNo}#p${post.no}`;
}

/** The XARF v4 report of a post. Throws where it would not be valid: better here than there. */
export function xarfOf(
  post: ReportedPost,
  { contact }: Pick<ProviderSettings, "contact">,
  siteUrl: string,
): Xarf {
  const facts = factsOf(post.category);
  const core = {
    xarf_version: XARF_VERSION,
    report_id: post.reportId,
    timestamp: new Date(post.postedAt).toISOString(),
    reporter: contact,
    sender: contact,
    source_identifier: new URL(siteUrl).hostname,
    evidence_source: "user_report",
    description: `Reported to ${contact.org} as ${post.category}. ${post.words}`.slice(0, 1000),
    tags: [`egide:${post.category}`],
    x_egide: extensionOf(post),
  };
  const url = postUrl(siteUrl, post);
  const content = { ...core, category: "content", url, verification_method: "user_report" };
  switch (facts.xarf) {
    case "csam":
      return xarfSchema.parse({
        ...content,
        type: "csam",
        classification: "baseline",
        detection_method: "user_report",
        content_removed: post.state !== "visible",
      });
    case "fraud":
      return xarfSchema.parse({
        ...content,
        type: "fraud",
        fraud_type: "other",
        evidence: [textEvidence(post)],
      });
    case "ugc_platform":
      return xarfSchema.parse({
        ...core,
        category: "copyright",
        type: "ugc_platform",
        infringing_url: url,
        platform_name: contact.org,
      });
    default:
      return xarfSchema.parse({ ...content, type: facts.xarf, evidence: [textEvidence(post)] });
  }
}

function extensionOf(post: ReportedPost): Extension {
  const facts = factsOf(post.category);
  return {
    version: 1,
    reference: `item-${post.itemId}`,
    post: {
      board: post.board,
      thread: post.threadNo,
      no: post.no,
      posted: new Date(post.postedAt).toISOString(),
      textSha256: createHash("sha256").update(post.text).digest("hex"),
    },
    media: post.media.map(({ sha256, md5, pdq, kind }) => ({
      sha256,
      md5,
      ...(pdq === null ? {} : { pdq }),
      kind,
    })),
    dsa: { category: facts.dsa, keywords: [...facts.keywords] },
    knownSince: new Date(post.knownSince).toISOString(),
    state: post.state,
    sealed: post.sealed,
    ...(post.category === "threat-to-life" ? { imminence: "unknown" } : {}),
  };
}

function textEvidence({ subject, text }: ReportedPost) {
  const bytes = Buffer.from(`${subject}\n\n${text}`.trim().slice(0, EVIDENCE_TEXT), "utf8");
  const hash = createHash("sha256").update(bytes).digest("hex");
  return {
    content_type: "text/plain; charset=utf-8",
    description: "The post as it was written",
    payload: bytes.toString("base64"),
    hash: `sha256:${hash}`,
    size: bytes.length,
  };
}
