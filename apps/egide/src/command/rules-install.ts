import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "@egide/std/error.ts";
import { type Command, type Input, type Shell, text } from "#cli/command.ts";
import { MISUSE, PLACE_OPTIONS, stateOf } from "#command/rules-options.ts";
import { type Fetch, LATEST } from "#rules/install/download.ts";
import { installRelease, type Wanted } from "#rules/install/install.ts";
import { placesOf } from "#rules/source.ts";

const SETS = ["crs"] as const;

export const rulesInstallCommand: Command = {
  name: "install",
  summary: "Fetch the OWASP Core Rule Set, verify it and put it in place.",
  about:
    "The release is held against a known checksum, or against its signature by the project's key; what nothing vouches for is not installed. It takes the place of the one before in one step, once all of it has been loaded; crs-setup.conf and plugins that you added go along. A running edge takes it at the next reload.",
  arguments: [{ name: "set", choices: SETS, summary: "Which rule set." }],
  options: {
    version: { type: "string", value: "version", summary: `Which release; else ${LATEST}.` },
    from: {
      type: "string",
      value: "file",
      summary: "A release that is here already, such as coreruleset-4.29.0-minimal.tar.gz.",
    },
    sha256: { type: "string", value: "digits", summary: "Its checksum, from a source you trust." },
    signature: { type: "string", value: "file", summary: "With --from: its signature (.asc)." },
    key: { type: "string", value: "file", summary: "With --from: the project's key (.asc)." },
    ...PLACE_OPTIONS,
  },
  examples: [
    ["egide rules install crs", `Fetches ${LATEST} over HTTPS.`],
    [
      "egide rules install crs --from coreruleset-4.29.0-minimal.tar.gz",
      "Without a network, from a file.",
    ],
  ],
  run: (input, shell) => install(input, shell, fetch),
};

async function install(input: Input, shell: Shell, get: Fetch): Promise<number> {
  const { options } = input;
  const wanted = readWanted(input, shell);
  if (typeof wanted === "string") {
    shell.err(`egide rules install: ${wanted}\nmore:  egide rules install --help\n`);
    return MISUSE;
  }
  const state = stateOf({ options, args: [] }, shell);
  if (state === null) return 1;
  const done = await installRelease(wanted, placesOf(state).installed, get, (address) =>
    shell.err(`fetching ${address}\n`),
  );
  shell.out(
    `Core Rule Set ${done.version} is in ${done.folder} (${done.rules} rules)\nverified by ${done.verifiedBy}\nA running edge takes it at the next reload (SIGHUP).\n`,
  );
  return 0;
}

/** What is to be installed, or what is wrong with how it was asked for. */
function readWanted({ options }: Input, shell: Shell): Wanted | string {
  const [from, version, sha256] = ["from", "version", "sha256"].map((name) => text(options, name));
  const [signature, key] = ["signature", "key"].map((name) => text(options, name));
  const sum = sha256 === undefined ? {} : { sha256 };
  if (from === undefined) {
    if (signature !== undefined || key !== undefined) {
      return "--signature and --key go with --from: a download brings its own";
    }
    return { kind: "download", version: version ?? LATEST, ...sum };
  }
  if (version !== undefined) return "--from says which release: leave --version out";
  if ((signature === undefined) !== (key === undefined)) {
    return "--signature and --key go together";
  }
  return {
    kind: "file",
    bytes: read(from, shell),
    ...sum,
    ...(signature === undefined ? {} : { signature: read(signature, shell).toString("latin1") }),
    ...(key === undefined ? {} : { key: read(key, shell).toString("latin1") }),
  };
}

function read(name: string, shell: Shell): Buffer {
  try {
    return readFileSync(resolve(shell.cwd, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError({
      code: "rules.not_found",
      source: "operator",
      retry: false,
      publicMessage: `${name}: ${code === "ENOENT" ? "no such file" : `not readable (${code})`}`,
    });
  }
}
