import type { Clock } from "@egide/std/clock.ts";
import { z } from "zod";
import type { MediaPolicy } from "#media/policy.ts";
import { type FfmpegPaths, runTool } from "#media/recording/ffmpeg.ts";
import type { Structure } from "#media/structure/structure.ts";
import { withinLimits } from "#media/structure/read.ts";
import { refusal } from "#media/texts.ts";
import type { MediaKind } from "#store/table/media.ts";

export type RecordingKind = Extract<MediaKind, "mp4" | "webm" | "mp3" | "ogg">;

interface Format {
  /** The demuxer is named, never guessed: playlists and concatenations are not even tried. */
  readonly read: string;
  readonly write: string;
  readonly codecs: ReadonlySet<string>;
}

/** What current browsers play. */
const FORMATS: Readonly<Record<RecordingKind, Format>> = {
  mp4: {
    read: "mov",
    write: "mp4",
    codecs: new Set(["h264", "hevc", "av1", "vp9", "aac", "mp3", "opus", "flac"]),
  },
  webm: {
    read: "matroska",
    write: "webm",
    codecs: new Set(["vp8", "vp9", "av1", "opus", "vorbis"]),
  },
  mp3: { read: "mp3", write: "mp3", codecs: new Set(["mp3"]) },
  ogg: { read: "ogg", write: "ogg", codecs: new Set(["vorbis", "opus"]) },
};

const probedSchema = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
      }),
    )
    .default([]),
  format: z.object({ duration: z.string().optional() }).prefault({}),
});

/** What ffmpeg may open is this file and nothing else: no network, no other protocol. */
function input(format: Format, path: string): readonly string[] {
  return ["-protocol_whitelist", "file", "-f", format.read, "-i", `file:${path}`];
}

/** Reads, copies and draws recordings by means of ffmpeg. */
export class Recoder {
  readonly #paths: FfmpegPaths;
  readonly #clock: Clock;

  constructor(paths: FfmpegPaths, clock: Clock) {
    this.#paths = paths;
    this.#clock = clock;
  }

  /** What is in it as the decoder sees it; headers may have said otherwise. */
  async probe(path: string, kind: RecordingKind, policy: MediaPolicy): Promise<Structure> {
    const format = FORMATS[kind];
    const entries = "stream=codec_type,codec_name,width,height:format=duration";
    const printed = await runTool(
      [this.#paths.ffprobe, "-v", "error", ...input(format, path)].concat([
        "-show_entries",
        entries,
        "-of",
        "json",
      ]),
      this.#clock,
      1_000_000,
    );
    const { streams, format: whole } = probedSchema.parse(JSON.parse(printed.toString()));
    const video = streams.find((stream) => stream.codec_type === "video");
    const audio = streams.find((stream) => stream.codec_type === "audio");
    const sound = kind === "mp3" || kind === "ogg";
    if (sound ? audio === undefined : video === undefined) throw refusal("media.codec");
    for (const stream of sound ? [audio] : [video, audio]) {
      if (stream !== undefined && !format.codecs.has(stream.codec_name ?? "")) {
        throw refusal("media.codec");
      }
    }
    const seconds = Number(whole.duration);
    const structure: Structure = {
      width: sound ? null : (video?.width ?? null),
      height: sound ? null : (video?.height ?? null),
      frames: 0,
      durationMs: Number.isFinite(seconds) ? Math.round(seconds * 1000) : null,
    };
    withinLimits(structure, policy);
    return structure;
  }

  /** Copies the first film and the first sound to a new container, and nothing else. */
  async remux(path: string, to: string, kind: RecordingKind, mostBytes: number): Promise<void> {
    const format = FORMATS[kind];
    const film = format.write === "ogg" ? ["-vn"] : ["-map", "0:v:0?"];
    await runTool(
      [
        this.#paths.ffmpeg,
        "-nostdin",
        "-v",
        "error",
        "-y",
        ...input(format, path),
        ...film,
        "-map",
        "0:a:0?",
        "-sn",
        "-dn",
        "-c",
        "copy",
        "-map_metadata",
        "-1",
        "-map_metadata:s:v",
        "-1",
        "-map_metadata:s:a",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
        "-flags",
        "+bitexact",
        ...(format.write === "mp4" ? ["-movflags", "+faststart"] : []),
        "-fs",
        String(mostBytes),
        "-f",
        format.write,
        `file:${to}`,
      ],
      this.#clock,
      0,
    );
  }

  /** One picture from near the beginning, as PNG; null where there is none to be had. */
  async picture(path: string, kind: RecordingKind, durationMs: number | null): Promise<Buffer> {
    const at = Math.min(3, (durationMs ?? 0) / 10_000);
    return await runTool(
      [
        this.#paths.ffmpeg,
        "-nostdin",
        "-v",
        "error",
        "-ss",
        at.toFixed(3),
        ...input(FORMATS[kind], path),
        "-map",
        "0:v:0",
        "-frames:v",
        "1",
        "-an",
        "-sn",
        "-dn",
        "-vf",
        "scale=512:512:force_original_aspect_ratio=decrease",
        "-c:v",
        "png",
        "-f",
        "image2pipe",
        "pipe:1",
      ],
      this.#clock,
      4_000_000,
    );
  }
}
