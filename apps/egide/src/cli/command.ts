/** One option of a command: the same table parses, helps and completes. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** Name of the value in help; for `file` and `dir` shells complete paths. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly multiple?: boolean;
  readonly summary: string;
}

export interface ArgumentSpec {
  readonly name: string;
  readonly optional?: boolean;
  /** The last argument: it may be repeated. */
  readonly multiple?: boolean;
  readonly choices?: readonly string[];
  readonly summary: string;
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

/** What a command may touch: given to it, so that a test can give it something else. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs for `--help`. */
  readonly about?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly examples?: readonly (readonly [line: string, meaning: string])[];
  readonly commands?: readonly Command[];
  /** Answers the exit code. */
  readonly run?: (input: Input, shell: Shell) => Promise<number> | number;
}

export interface Input {
  readonly options: OptionValues;
  readonly args: readonly string[];
}

/** The value of a string option, or undefined. */
export function text(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function texts(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function flag(options: OptionValues, name: string): boolean {
  return options[name] === true;
}
