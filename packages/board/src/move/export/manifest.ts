import { z } from "zod";

export const MANIFEST = "manifest.json";
export const FORMAT = "egide-board";
/** Raised when what stands in the files means something else than before. */
export const FORMAT_VERSION = 1;

const fileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9_-]+(?:\/[a-zA-Z0-9_-][a-zA-Z0-9_.-]*)+$/),
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Docs: docs/reference/board-export.md. */
export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** Steps of the tables' history that stood behind it. */
  schema: z.array(z.string()),
  createdAt: z.string(),
  /** `board`: one board, without anything that belongs to others. */
  scope: z.enum(["instance", "board"]),
  /** Whether accounts, keys and hashes of people are in it. */
  secrets: z.boolean(),
  tables: z.record(
    z.string(),
    z.strictObject({ rows: z.number().int().min(0), files: z.array(fileSchema) }),
  ),
  media: z.strictObject({
    files: z.number().int().min(0),
    bytes: z.number().int().min(0),
    /** Lists of all files of media, each line one of them. */
    lists: z.array(fileSchema),
  }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;

export const mediaLineSchema = fileSchema;
