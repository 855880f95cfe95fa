import * as fs from "node:fs";

export type Done<T = void> = (error: Error | null, value: T) => void;

/** As much of a file system as the disk tier needs, so that tests can give it a bad one. */
export interface Files {
  open(path: string, flags: "r" | "wx+", done: Done<number>): void;
  close(fd: number): void;
  size(fd: number, done: Done<number>): void;
  /** Fills `into` as far as the file goes. */
  read(fd: number, into: Uint8Array, position: number, done: Done<number>): void;
  /** Writes all of `bytes`, or fails. */
  write(fd: number, bytes: Uint8Array, position: number, done: Done): void;
  rename(from: string, to: string, done: Done): void;
  unlink(path: string, done: Done): void;
  removeFolder(path: string, done: Done): void;
  list(path: string, done: Done<readonly string[]>): void;
  /** Milliseconds since the last change. */
  age(path: string, done: Done<number>): void;
  exists(path: string, done: (exists: boolean) => void): void;
  has(path: string): boolean;
  /** With parents; fine where it exists. At the start alone. */
  makeFolder(path: string): void;
  /** Purges must not be lost: this one waits for the disk. */
  append(path: string, text: string): void;
  readText(path: string): string;
  listNow(path: string): readonly string[];
  moveFolder(from: string, to: string): void;
}

/** Node's file system. Everything that takes a callback runs in its thread pool. */
export const nodeFiles: Files = {
  open: (path, flags, done) => fs.open(path, flags, 0o600, (error, fd) => done(error, fd)),
  close: (fd) => fs.close(fd, () => {}),
  size: (fd, done) => fs.fstat(fd, (error, stat) => done(error, stat?.size ?? 0)),
  read(fd, into, position, done) {
    const step = (at: number): void => {
      fs.read(fd, into, at, into.length - at, position + at, (error, bytes) => {
        if (error !== null) done(error, at);
        else if (bytes === 0 || at + bytes === into.length) done(null, at + bytes);
        else step(at + bytes);
      });
    };
    step(0);
  },
  write(fd, bytes, position, done) {
    const step = (at: number): void => {
      fs.write(fd, bytes, at, bytes.length - at, position + at, (error, written) => {
        if (error !== null) done(error);
        else if (at + written >= bytes.length) done(null);
        else step(at + written);
      });
    };
    step(0);
  },
  rename: (from, to, done) => fs.rename(from, to, (error) => done(error)),
  unlink: (path, done) => fs.unlink(path, (error) => done(error)),
  removeFolder: (path, done) =>
    fs.rm(path, { recursive: true, force: true }, (error) => done(error)),
  list: (path, done) => fs.readdir(path, (error, names) => done(error, names ?? [])),
  age: (path, done) =>
    fs.stat(path, (error, stat) => done(error, error === null ? Date.now() - stat.mtimeMs : 0)),
  exists: (path, done) => fs.access(path, (error) => done(error === null)),
  has: (path) => fs.existsSync(path),
  makeFolder: (path) => void fs.mkdirSync(path, { recursive: true, mode: 0o700 }),
  append: (path, text) => fs.appendFileSync(path, text, { mode: 0o600 }),
  readText: (path) => fs.readFileSync(path, "utf8"),
  listNow: (path) => fs.readdirSync(path),
  moveFolder: (from, to) => fs.renameSync(from, to),
};

/** Reads a whole file of at most `limit` bytes; null for anything else. */
export function readWhole(
  files: Files,
  path: string,
  limit: number,
  done: (bytes: Uint8Array | null) => void,
): void {
  files.open(path, "r", (error, fd) => {
    if (error !== null) {
      done(null);
      return;
    }
    const finish = (bytes: Uint8Array | null): void => {
      files.close(fd);
      done(bytes);
    };
    files.size(fd, (error, size) => {
      if (error !== null || size > limit) {
        finish(null);
        return;
      }
      const bytes = new Uint8Array(size);
      files.read(fd, bytes, 0, (error, read) => {
        finish(error === null && read === size ? bytes : null);
      });
    });
  });
}

/** Writes a new file under a passing name, then gives it its own: readers see all of it or nothing. */
export function writeWhole(
  files: Files,
  passing: string,
  path: string,
  parts: readonly Uint8Array[],
  done: (ok: boolean) => void,
): void {
  files.open(passing, "wx+", (error, fd) => {
    if (error !== null) {
      done(false);
      return;
    }
    const bytes = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    files.write(fd, bytes, 0, (error) => {
      files.close(fd);
      const fail = (): void => files.unlink(passing, () => done(false));
      if (error !== null) fail();
      else files.rename(passing, path, (error) => (error === null ? done(true) : fail()));
    });
  });
}
