import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestPair {
  readonly cert: string;
  readonly key: string;
}

/** Certificates for tests, made by OpenSSL's command (Debian's `openssl`, which the tests need). */
export class TestCertificates {
  readonly dir: string = mkdtempSync(join(tmpdir(), "egide-tls-"));
  #serial = 0;

  selfSigned(
    names: readonly string[],
    options: { days?: number; kind?: "ec" | "rsa" } = {},
  ): TestPair {
    const name = `c${this.#serial++}`;
    const kind = options.kind === "rsa" ? "rsa:2048" : EC;
    const days = options.days ?? 30;
    this.#openssl(
      `req -x509 -nodes -newkey ${kind} -keyout ${name}.key -out ${name}.crt -days ${days} ${subject(names)}`,
    );
    return this.pair(name);
  }

  /** A certificate signed by `issuer`, which must come from this object. */
  signed(names: readonly string[], issuer: TestPair): TestPair {
    const name = `c${this.#serial++}`;
    const ca = this.#name(issuer);
    this.#openssl(
      `req -nodes -newkey ${EC} -keyout ${name}.key -out ${name}.csr ${subject(names)}`,
    );
    this.#openssl(
      `x509 -req -in ${name}.csr -CA ${ca}.crt -CAkey ${ca}.key -CAcreateserial -copy_extensions copy -days 30 -out ${name}.crt`,
    );
    return this.pair(name);
  }

  /** Path of a pair's file, for commands that want one. */
  path(pair: TestPair, kind: "crt" | "key"): string {
    return join(this.dir, `${this.#name(pair)}.${kind}`);
  }

  pair(name: string): TestPair {
    const pair = {
      cert: readFileSync(join(this.dir, `${name}.crt`), "utf8"),
      key: readFileSync(join(this.dir, `${name}.key`), "utf8"),
    };
    this.#names.set(pair, name);
    return pair;
  }

  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  readonly #names = new Map<TestPair, string>();

  #name(pair: TestPair): string {
    const name = this.#names.get(pair);
    if (name === undefined) throw new Error("not made here");
    return name;
  }

  #openssl(line: string): void {
    const done = spawnSync("openssl", line.split(" "), { cwd: this.dir, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`openssl ${line}: ${done.stderr}`);
  }
}

const EC = "ec -pkeyopt ec_paramgen_curve:prime256v1";

function subject(names: readonly string[]): string {
  const dns = names.map((name) => `DNS:${name}`).join(",");
  const subject = `-subj /CN=${names[0] ?? "nameless"}`;
  return names.length === 0 ? subject : `${subject} -addext subjectAltName=${dns}`;
}
