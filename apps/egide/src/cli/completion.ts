import type { Command, OptionSpec } from "#cli/command.ts";
import { COMMON_OPTIONS } from "#cli/parse.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** A script that teaches a shell the commands and options of `root`. */
export function completionScript(shell: ShellName, root: Command): string {
  switch (shell) {
    case "bash":
      return bash(root);
    case "zsh":
      return zsh(root);
    case "fish":
      return fish(root);
  }
}

interface Place {
  /** Words after the program's name: `order add`. */
  readonly words: string;
  readonly command: Command;
}

function places(command: Command, words: readonly string[] = []): Place[] {
  const inner = (command.commands ?? []).flatMap((c) => places(c, [...words, c.name]));
  return [{ words: words.join(" "), command }, ...inner];
}

function optionsOf(command: Command): [string, OptionSpec][] {
  return Object.entries({ ...command.options, ...COMMON_OPTIONS });
}

function nextWords({ commands, arguments: args }: Command): string[] {
  return [...(commands ?? []).map((c) => c.name), ...(args?.[0]?.choices ?? [])];
}

function bash(root: Command): string {
  const cases = places(root).map(({ words, command }) => {
    const all = [...nextWords(command), ...optionsOf(command).map(([name]) => `--${name}`)];
    return `    ${JSON.stringify(words)}) words=${JSON.stringify(all.join(" "))} ;;`;
  });
  const values = places(root).flatMap(({ words, command }) =>
    optionsOf(command)
      .filter(([, spec]) => spec.choices !== undefined)
      .map(([name, { choices }]) => {
        const list = JSON.stringify((choices ?? []).join(" "));
        return `    ${JSON.stringify(`${words} --${name}`)}) COMPREPLY=($(compgen -W ${list} -- "$cur")); return ;;`;
      }),
  );
  const groups = places(root).filter(({ command }) => command.commands !== undefined);
  const known = groups.flatMap(({ words, command }) =>
    (command.commands ?? []).map((c) => JSON.stringify(`${words} ${c.name}`.trim())),
  );
  return `# bash completion for egide: source <(egide completion bash)
_egide() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path="" i word words=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${path:+$path }\${COMP_WORDS[i]}"
    case "$word" in ${known.join("|")}) path="$word" ;; esac
  done
  case "$path $prev" in
${values.join("\n")}
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o filenames -F _egide egide
`;
}

function zsh(root: Command): string {
  const quote = (text: string): string =>
    text.replace(/[\\'[\]:]/g, (c) => (c === "'" ? "'\\''" : `\\${c}`));
  const functionName = (words: string): string =>
    `_egide${words === "" ? "" : `_${words.replaceAll(" ", "_")}`}`;
  const bodies = places(root).map(({ words, command }) => {
    const specs = optionsOf(command).map(([name, spec]) => {
      const action =
        spec.type === "boolean"
          ? ""
          : `:${spec.value ?? "text"}:${spec.choices ? `(${spec.choices.join(" ")})` : "_files"}`;
      return `'--${name}[${quote(spec.summary)}]${action}'`;
    });
    if (command.commands === undefined) {
      const args = (command.arguments ?? []).map(
        ({ name, choices, multiple }) =>
          `'${multiple ? "*" : ""}:${name}:${choices ? `(${choices.join(" ")})` : "_files"}'`,
      );
      return `${functionName(words)}() {\n  _arguments ${[...specs, ...args].join(" \\\n    ")}\n}`;
    }
    const list = command.commands.map((c) => `'${c.name}:${quote(c.summary)}'`).join(" \\\n    ");
    const branches = command.commands.map(
      (c) =>
        `    ${c.name}) shift words; (( CURRENT-- )); ${functionName(`${words} ${c.name}`.trim())} ;;`,
    );
    // What does something by itself has options beside its commands.
    const own = command.run === undefined ? "" : `_arguments ${specs.join(" \\\n    ")}`;
    if (own !== "") branches.push(`    *) ${own} ;;`);
    const first = own === "" ? "" : " && [[ $words[2] != -* ]]";
    return `${functionName(words)}() {
  local -a commands=(${list})
  if (( CURRENT == 2 ))${first}; then _describe command commands; return; fi
  case $words[2] in
${branches.join("\n")}
  esac
}`;
  });
  return `#compdef egide\n# zsh completion for egide: egide completion zsh > "\${fpath[1]}/_egide"\n${bodies.join("\n")}\ncompdef _egide egide\n`;
}

function fish(root: Command): string {
  const quote = (text: string): string => `'${text.replace(/[\\']/g, (c) => `\\${c}`)}'`;
  const lines = places(root).flatMap(({ words, command }) => {
    const names = words === "" ? [] : words.split(" ");
    const seen = names.map((name) => `__fish_seen_subcommand_from ${name}`);
    const siblings = (command.commands ?? []).map((c) => c.name);
    const here = [...seen];
    if (siblings.length > 0) here.push(`not __fish_seen_subcommand_from ${siblings.join(" ")}`);
    const condition = here.length === 0 ? "" : ` -n ${quote(here.join("; and "))}`;
    const inner = (command.commands ?? []).map(
      (c) => `complete -c egide -f${condition} -a ${c.name} -d ${quote(c.summary)}`,
    );
    const choices = (command.arguments?.[0]?.choices ?? []).map(
      (choice) => `complete -c egide -f${condition} -a ${choice}`,
    );
    const options = optionsOf(command).map(([name, spec]) => {
      const value =
        spec.type === "boolean"
          ? ""
          : spec.choices
            ? ` -x -a ${quote(spec.choices.join(" "))}`
            : " -r";
      const short = spec.short === undefined ? "" : ` -s ${spec.short}`;
      return `complete -c egide${condition} -l ${name}${short}${value} -d ${quote(spec.summary)}`;
    });
    return [...inner, ...choices, ...options];
  });
  return `# fish completion for egide: egide completion fish | source\n${lines.join("\n")}\n`;
}
