import { textOf } from "@egide/web/form.ts";
import type { Locale } from "@egide/web/locale.ts";
import { SaidError } from "@egide/web/said-error.ts";
import { z } from "zod";
import type { MessageKey } from "#page/message/catalogue.ts";
import { translate } from "#page/message/text.ts";
import { type BoardSettings, boardSettingsSchema } from "#settings/board.ts";

/** A setting as a form shows it. */
export type SettingField = { readonly path: string } & (
  | { readonly kind: "switch" }
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "text"; readonly most: number }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | { readonly kind: "several"; readonly options: readonly string[] }
);

interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly enum?: readonly string[];
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** Every setting of a board, in the schema's order: a new one needs no change here, but a label. */
export const SETTING_FIELDS: readonly SettingField[] = fieldsOf(
  z.toJSONSchema(boardSettingsSchema, { io: "output" }) as Shape,
  "",
);

function fieldsOf(shape: Shape, path: string): SettingField[] {
  if (shape.properties !== undefined) {
    return Object.entries(shape.properties).flatMap(([name, part]) =>
      fieldsOf(part, path === "" ? name : `${path}.${name}`),
    );
  }
  if (shape.enum !== undefined) return [{ path, kind: "choice", options: shape.enum }];
  const { items } = shape;
  if (items?.enum !== undefined) return [{ path, kind: "several", options: items.enum }];
  switch (shape.type) {
    case "boolean":
      return [{ path, kind: "switch" }];
    case "integer":
      return [{ path, kind: "number", min: shape.minimum ?? 0, max: shape.maximum ?? 0 }];
    case "string":
      return [{ path, kind: "text", most: shape.maxLength ?? 200 }];
    default:
      throw new TypeError(`no form field for the setting ${path}`);
  }
}

type SettingValue = string | number | boolean | readonly string[];

/** What a setting is now, as a form shows it. */
export function settingOf(settings: BoardSettings, path: string): SettingValue {
  let value: unknown = settings;
  for (const name of path.split(".")) value = (value as Record<string, unknown>)[name];
  return value as SettingValue;
}

/** The settings of a form; throws AppError naming the first that is not possible. */
export function settingsFrom(form: FormData): BoardSettings {
  const given: Record<string, unknown> = {};
  for (const field of SETTING_FIELDS) put(given, field.path, valueOf(form, field));
  const parsed = boardSettingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw impossible(parsed.error.issues[0]?.path.join(".") ?? "");
}

/** A test asks for every setting's label. */
export function labelOf(path: string): MessageKey {
  return `setting.${path}` as MessageKey;
}

/** Names the setting as the form does. */
function impossible(path: string): SaidError {
  const [, field = ""] = /^(.*?)(?:\.\d+)?$/.exec(path) ?? [];
  const said = (locale: Locale): string => {
    const t = translate(locale);
    return t("boards.impossible", { setting: t(labelOf(field)) });
  };
  const [en, fr] = [said("en"), said("fr")];
  return new SaidError(
    { code: "board.settings", source: "client", retry: false, publicMessage: en },
    { en, fr },
  );
}

function valueOf(form: FormData, field: SettingField): unknown {
  if (field.kind === "several") {
    return form.getAll(field.path).filter((value) => typeof value === "string");
  }
  const text = textOf(form, field.path);
  if (field.kind === "switch") return text !== "";
  // An empty field is no zero.
  if (field.kind === "number") return text === "" ? Number.NaN : Number(text);
  return text;
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() as string;
  let group = target;
  for (const name of names) {
    group[name] ??= {};
    group = group[name] as Record<string, unknown>;
  }
  group[last] = value;
}
