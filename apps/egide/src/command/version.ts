import type { Command } from "#cli/command.ts";
import manifest from "../../package.json" with { type: "json" };

export const VERSION: string = manifest.version;

export const versionCommand: Command = {
  name: "version",
  summary: "Say which Égide this is, and what runs it.",
  run(_input, shell) {
    shell.out(`egide ${VERSION} (Bun ${Bun.version}, ${process.platform} ${process.arch})\n`);
    return 0;
  },
};
