import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { ArchivedFile } from "#rules/install/tar.ts";

/** What of a release is put on disk; the rest is for those who develop it. */
const WANTED =
  /^(?:(?:rules|plugins)\/[\w.-]+\.(?:conf|data|conf\.example)|crs-setup\.conf\.example|LICENSE)$/;

/** A release's files below its one top folder, those that are wanted, and its version. */
export function filesOfRelease(archive: readonly ArchivedFile[]): {
  readonly version: string;
  readonly files: readonly ArchivedFile[];
} {
  const files = archive.flatMap(({ name, bytes }) => {
    const inner = name.slice(name.indexOf("/") + 1);
    return WANTED.test(inner) ? [{ name: inner, bytes }] : [];
  });
  const setup = files.find(({ name }) => name === "crs-setup.conf.example");
  const found = /ver:'OWASP_CRS\/([\w.-]{1,30})'/.exec(
    setup === undefined ? "" : Buffer.from(setup.bytes).toString("latin1"),
  );
  if (found === null || !files.some(({ name }) => name.startsWith("rules/"))) {
    throw failure("rules.archive", "the archive is refused: it is no release of the Core Rule Set");
  }
  return { version: found[1] as string, files };
}

/**
 * Puts a release into `<rules>/crs-<version>` and points `<rules>/crs` at it, each in one step: whoever
 * reads sees the old set or the new one. `check` is given the folder while nobody sees it; what it
 * throws leaves all as it was. A set-up and plugins that were added to the old set go along.
 */
export function placeRelease(
  link: string,
  version: string,
  files: readonly ArchivedFile[],
  check: (folder: string) => void,
): string {
  const parent = dirname(link);
  const name = `${basename(link)}-${version}`;
  const folder = join(parent, name);
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) {
    throw failure("rules.in_the_way", `${link} was not made by egide: move it away first`);
  }
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const fresh = join(parent, `.${name}.${randomBytes(6).toString("hex")}`);
  try {
    for (const { name, bytes } of files) {
      const path = join(fresh, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes, { flush: true });
    }
    if (existsSync(link)) carryOver(link, fresh);
    check(fresh);
    swap(fresh, folder);
    pointAt(link, name);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** What the operator added: `crs-setup.conf`, and files in `plugins` that the new release has not. */
function carryOver(old: string, fresh: string): void {
  const plugins = join(old, "plugins");
  const names = existsSync(plugins) ? readdirSync(plugins).map((name) => `plugins/${name}`) : [];
  for (const name of ["crs-setup.conf", ...names]) {
    const from = join(old, name);
    if (!existsSync(from) || existsSync(join(fresh, name))) continue;
    mkdirSync(dirname(join(fresh, name)), { recursive: true });
    cpSync(from, join(fresh, name), { recursive: true });
  }
}

/** The same version again: the old folder makes way for the moment that two renames take. */
function swap(fresh: string, folder: string): void {
  if (!existsSync(folder)) {
    renameSync(fresh, folder);
    return;
  }
  const aside = `${fresh}.old`;
  renameSync(folder, aside);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    renameSync(aside, folder);
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

function pointAt(link: string, name: string): void {
  const stat = lstatSync(link, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true && readlinkSync(link) === name) return;
  const next = `${link}.${randomBytes(6).toString("hex")}`;
  symlinkSync(name, next);
  renameSync(next, link);
}

function failure(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
