import { processJson } from "#body/json.ts";
import { processMultipart } from "#body/multipart.ts";
import { processUrlencoded } from "#body/urlencoded.ts";
import { processXml } from "#body/xml.ts";

export interface Pair {
  readonly name: string;
  readonly value: string;
}

export interface FilePart {
  readonly field: string;
  readonly filename: string;
  readonly content: string;
}

/** What was odd about a multipart body (reference manual, MULTIPART_STRICT_ERROR). */
export interface MultipartFlags {
  boundaryQuoted: boolean;
  boundaryWhitespace: boolean;
  crlfLfLines: boolean;
  dataAfter: boolean;
  dataBefore: boolean;
  fileLimitExceeded: boolean;
  headerFolding: boolean;
  invalidHeaderFolding: boolean;
  invalidPart: boolean;
  invalidQuoting: boolean;
  lfLine: boolean;
  missingSemicolon: boolean;
  unmatchedBoundary: boolean;
}

/** What a body holds, as far as it could be read. */
export interface BodyContent {
  readonly args: readonly Pair[];
  readonly files?: readonly FilePart[];
  /** Header lines of the parts, by the part's name. */
  readonly partHeaders?: readonly Pair[];
  readonly multipart?: MultipartFlags;
  /** All text of an XML document, and the values of its attributes. */
  readonly xml?: { readonly text: string; readonly attributes: readonly string[] };
  /** Why the body could not be read to its end. */
  readonly error?: string;
  /** A form held an invalid escape. */
  readonly encodingError?: boolean;
}

export interface BodyLimits {
  readonly argumentSeparator: string;
  readonly argumentsLimit: number;
  readonly jsonDepthLimit: number;
  readonly xmlDepthLimit: number;
  readonly uploadFileLimit: number;
  readonly partLimit: number;
}

/** Reads a whole body (a byte string). Never throws: what can't be read becomes `error`. */
export type BodyProcessor = (body: string, contentType: string, limits: BodyLimits) => BodyContent;

/** Every processor, by the name that REQBODY_PROCESSOR shows. */
export const bodyProcessors: Readonly<Record<string, BodyProcessor>> = {
  JSON: processJson,
  MULTIPART: processMultipart,
  URLENCODED: processUrlencoded,
  XML: processXml,
};
