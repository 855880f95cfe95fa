import type { Command, OptionSpec } from "#cli/command.ts";
import { COMMON_OPTIONS } from "#cli/parse.ts";
import type { Paint } from "#config/problem.ts";

const WIDTH = 88;

/** The help of the last command of `path`. */
export function renderHelp(path: readonly Command[], paint: Paint): string {
  const command = path.at(-1) as Command;
  const sections = [
    `${paint.bold(path.map((step) => step.name).join(" "))}: ${command.summary}`,
    `${paint.bold("Usage")}\n  ${usage(path)}`,
  ];
  if (command.about !== undefined) {
    sections.push(
      command.about
        .split("\n\n")
        .map((text) => wrap(text, 0))
        .join("\n\n"),
    );
  }
  if (command.commands !== undefined) {
    sections.push(
      table(
        "Commands",
        command.commands.map((c) => [c.name, c.summary]),
        paint,
      ),
    );
  }
  if (command.arguments !== undefined && command.arguments.length > 0) {
    const rows = command.arguments.map((a) => [a.name.toUpperCase(), withChoices(a)] as const);
    sections.push(table("Arguments", rows, paint));
  }
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const rows = options.map(([name, spec]) => [optionLabel(name, spec), withChoices(spec)] as const);
  sections.push(table("Options", rows, paint));
  if (command.examples !== undefined) {
    const lines = command.examples.map(
      ([line, meaning]) => `  ${line}\n      ${paint.dim(meaning)}`,
    );
    sections.push(`${paint.bold("Examples")}\n${lines.join("\n")}`);
  }
  return `${sections.join("\n\n")}\n`;
}

export function usage(path: readonly Command[]): string {
  const command = path.at(-1) as Command;
  const words = path.map((step) => step.name);
  if (command.commands !== undefined)
    words.push(command.run === undefined ? "COMMAND" : "[COMMAND]");
  words.push("[options]");
  for (const { name, optional, multiple } of command.arguments ?? []) {
    const word = `${name.toUpperCase()}${multiple ? "…" : ""}`;
    words.push(optional ? `[${word}]` : word);
  }
  return words.join(" ");
}

function optionLabel(name: string, { short, type, value }: OptionSpec): string {
  const dash = short === undefined ? "    " : `-${short}, `;
  return `${dash}--${name}${type === "string" ? ` ${(value ?? "text").toUpperCase()}` : ""}`;
}

function withChoices(spec: { summary: string; choices?: readonly string[] }): string {
  return spec.choices === undefined ? spec.summary : `${spec.summary} (${spec.choices.join(", ")})`;
}

function table(title: string, rows: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, text]) => `  ${label.padEnd(width)}  ${wrap(text, width + 4)}`);
  return `${paint.bold(title)}\n${lines.join("\n")}`;
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
