import type { UnicodeMap } from "#transform/url-decode-uni.ts";

/** What a rule set's own directives configure. */
export interface EngineConfig {
  mode: "on" | "off" | "detect";
  requestBodyAccess: boolean;
  /** Bytes of a request body that are looked at. */
  requestBodyLimit: number;
  /** The same without the contents of uploaded files. */
  requestBodyNoFilesLimit: number;
  /** What happens past the limit: refuse, or look at the part before it. */
  requestBodyLimitAction: "reject" | "partial";
  responseBodyAccess: boolean;
  responseBodyLimit: number;
  responseBodyLimitAction: "reject" | "partial";
  /** Media types of responses whose body is looked at, lower case; "" stands for none given. */
  responseTypes: readonly string[];
  argumentSeparator: string;
  argumentsLimit: number;
  jsonDepthLimit: number;
  xmlDepthLimit: number;
  uploadFileLimit: number;
  partLimit: number;
  unicodeMap: UnicodeMap | undefined;
  /** Seconds that a stored collection lives after its last change. */
  collectionTimeout: number;
  auditEngine: "on" | "off" | "relevant";
  componentSignatures: string[];
  webAppId: string;
}

/** The reference manual's defaults, except that bodies are looked at. */
export function defaultConfig(): EngineConfig {
  return {
    mode: "on",
    requestBodyAccess: true,
    requestBodyLimit: 131_072,
    requestBodyNoFilesLimit: 131_072,
    requestBodyLimitAction: "partial",
    responseBodyAccess: false,
    responseBodyLimit: 524_288,
    responseBodyLimitAction: "partial",
    responseTypes: ["text/plain", "text/html"],
    argumentSeparator: "&",
    argumentsLimit: 1000,
    jsonDepthLimit: 128,
    xmlDepthLimit: 128,
    uploadFileLimit: 100,
    partLimit: 1000,
    unicodeMap: undefined,
    collectionTimeout: 3600,
    auditEngine: "relevant",
    componentSignatures: [],
    webAppId: "",
  };
}
