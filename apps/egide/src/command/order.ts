import { resolve } from "node:path";
import { MEASURES, type Order, orderSchema } from "@egide/contract/order.ts";
import {
  flag,
  text,
  texts,
  type Command,
  type Input,
  type OptionSpec,
  type Shell,
} from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { configFile, CONFIG_OPTION } from "#config/file.ts";
import { explainIssues } from "#config/explain.ts";
import { loadConfigFile } from "#config/load.ts";
import { nearest } from "#config/suggest.ts";
import { readOrders, removeOrder, writeOrder } from "#order/store.ts";

const DIRECTORY_OPTION: OptionSpec = {
  type: "string",
  value: "dir",
  summary: "Directory of orders; else that of the configuration.",
};
const COMMON = { config: CONFIG_OPTION, directory: DIRECTORY_OPTION };

const add: Command = {
  name: "add",
  summary: "Put a zone, or some paths of it, under an order.",
  about:
    "Visitors get 451 with --legal, else 403 (block, suspend), 410 (end-service) or a page to click through (interstitial). Running edges enforce it within a second.",
  arguments: [
    { name: "zone", summary: "Id of the zone, as in the configuration." },
    { name: "measure", choices: MEASURES, summary: "What is done." },
  ],
  options: {
    ...COMMON,
    id: { type: "string", value: "id", summary: "Name of the order; else made from the time." },
    path: {
      type: "string",
      value: "pattern",
      multiple: true,
      summary: "Only this path; * stands for anything. May be repeated.",
    },
    country: {
      type: "string",
      value: "code",
      multiple: true,
      summary: "Only visitors from this country, e.g. FR. May be repeated.",
    },
    legal: {
      type: "string",
      value: "authority",
      summary: "The law demands it: name of the court or authority. Answers 451.",
    },
    "reason-en": { type: "string", value: "text", summary: "Reason in public words, English." },
    "reason-fr": { type: "string", value: "text", summary: "Reason in public words, French." },
    starts: {
      type: "string",
      value: "time",
      summary: "When it begins, e.g. 2026-01-31T18:00:00Z; else now.",
    },
    ends: {
      type: "string",
      value: "time",
      summary: "When it ends by itself; else it holds until lifted.",
    },
    issuer: { type: "string", value: "name", summary: "Who decided it; else your user name." },
    reference: {
      type: "string",
      value: "text",
      summary: "Case number, shown to visitors; else the id.",
    },
  },
  examples: [
    [
      'egide order add example.org block --path "/threads/7*" --reason-en "Doxxing" --reason-fr "Divulgation de données personnelles"',
      "Refuses one thread with 403.",
    ],
    [
      'egide order add example.org block --country FR --legal "Tribunal judiciaire de Paris" --reference 24/01234 --reason-en "Court order" --reason-fr "Décision de justice"',
      "Answers 451 to visitors from France.",
    ],
  ],
  run: addOrder,
};

const list: Command = {
  name: "list",
  summary: "Show the orders that are held, and whether they are in force.",
  options: { ...COMMON, json: { type: "boolean", summary: "One JSON object a line." } },
  run({ options }, shell) {
    const place = locate(options, shell);
    if (place === null) return 1;
    const { orders, problems } = readOrders(place.directory);
    const now = Date.now();
    for (const order of orders) {
      shell.out(flag(options, "json") ? `${JSON.stringify(order)}\n` : `${describe(order, now)}\n`);
    }
    if (orders.length === 0 && problems.length === 0) shell.err("no orders\n");
    if (problems.length > 0) printProblems(problems, shell);
    return problems.length > 0 ? 1 : 0;
  },
};

const lift: Command = {
  name: "lift",
  summary: "Take an order back; running edges stop enforcing it within a second.",
  arguments: [{ name: "id", summary: "Name of the order." }],
  options: COMMON,
  run({ options, args }, shell) {
    const place = locate(options, shell);
    if (place === null) return 1;
    const id = args[0] as string;
    const file = removeOrder(place.directory, id);
    if (file !== null) {
      shell.out(`lifted ${id}\n`);
      return 0;
    }
    const ids = readOrders(place.directory).orders.map((order) => order.id);
    const meant = nearest(id, ids);
    shell.err(
      `no order ${id} in ${place.directory}${meant === null ? "" : `; did you mean ${meant}?`}\n`,
    );
    return 1;
  },
};

export const orderCommand: Command = {
  name: "order",
  summary: "Restrict a zone by order: add, list, lift.",
  commands: [add, list, lift],
};

function addOrder({ options, args }: Input, shell: Shell): number {
  const place = locate(options, shell);
  if (place === null) return 1;
  const [zone, measure] = args as [string, string];
  if (place.zones !== null && !place.zones.includes(zone)) {
    const meant = nearest(zone, place.zones);
    const hint = meant === null ? `known: ${place.zones.join(", ")}` : `did you mean ${meant}?`;
    shell.err(`no zone ${JSON.stringify(zone)} in the configuration; ${hint}\n`);
    return 1;
  }
  const now = new Date();
  const id = text(options, "id") ?? `o-${now.toISOString().replace(/\D/g, "")}`;
  const [paths, countries, legal] = [
    texts(options, "path"),
    texts(options, "country"),
    text(options, "legal"),
  ];
  const draft = {
    id,
    zone,
    measure,
    ...(paths.length > 0 ? { paths } : {}),
    ...(countries.length > 0 ? { countries } : {}),
    ...(legal === undefined ? {} : { legal: { demandedBy: legal } }),
    publicReason: { en: text(options, "reason-en"), fr: text(options, "reason-fr") },
    starts: text(options, "starts") ?? now.toISOString(),
    ...(text(options, "ends") === undefined ? {} : { ends: text(options, "ends") }),
    issuer: text(options, "issuer") ?? shell.env["USER"] ?? "operator",
    reference: text(options, "reference") ?? id,
  };
  const parsed = orderSchema.safeParse(draft);
  if (!parsed.success) {
    for (const { path, message } of explainIssues(parsed.error.issues, draft, () => [])) {
      shell.err(`${optionFor(path)}: ${message}\n`);
    }
    return 1;
  }
  if (readOrders(place.directory).orders.some((order) => order.id === id)) {
    shell.err(`order ${id} exists; lift it first, or choose another --id\n`);
    return 1;
  }
  shell.out(`${id} written to ${writeOrder(place.directory, parsed.data)}\n`);
  return 0;
}

interface OrderPlace {
  readonly directory: string;
  /** Null where no configuration was read. */
  readonly zones: readonly string[] | null;
}

/** `--directory` alone needs no configuration: a desk may write orders without one. */
function locate(options: Input["options"], shell: Shell): OrderPlace | null {
  const named = text(options, "directory");
  if (named !== undefined) return { directory: resolve(shell.cwd, named), zones: null };
  const file = configFile(text(options, "config"), shell);
  const loaded = loadConfigFile(file, shell.env);
  if (!loaded.ok) {
    printProblems(loaded.problems, shell);
    return null;
  }
  const { state, zones } = loaded.config;
  return {
    directory: resolve(file.directory, state, "orders"),
    zones: zones.map((zone) => zone.id),
  };
}

function optionFor(path: readonly PropertyKey[]): string {
  const key = path.map(String).join(".");
  const names: Readonly<Record<string, string>> = {
    "publicReason.en": "--reason-en",
    "publicReason.fr": "--reason-fr",
    "legal.demandedBy": "--legal",
  };
  const first = String(path[0] ?? "");
  const singular: Readonly<Record<string, string>> = { paths: "--path", countries: "--country" };
  return names[key] ?? singular[first] ?? `--${first}`;
}

function describe(order: Order, now: number): string {
  const state =
    now < Date.parse(order.starts)
      ? `from ${order.starts}`
      : order.ends === undefined
        ? "in force"
        : now < Date.parse(order.ends)
          ? `in force until ${order.ends}`
          : `ended ${order.ends}`;
  const scope = order.paths === undefined ? "" : ` ${order.paths.join(" ")}`;
  const who = order.countries === undefined ? "" : ` for ${order.countries.join(", ")}`;
  const law = order.legal === undefined ? "" : ` (demanded by ${order.legal.demandedBy})`;
  return `${order.id}  ${order.measure}${who}  ${order.zone}${scope}  ${state}  ${order.reference}${law}`;
}
