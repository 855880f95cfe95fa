import { gzipSync } from "node:zlib";

export interface Entry {
  readonly name: string;
  readonly text?: string;
  /** `0` a file, `2` a symbolic link, `5` a folder, `x` an extended header. */
  readonly type?: string;
}

/** Writes a `.tar.gz` as tar does. */
export function tarGz(entries: readonly Entry[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const { name, text = "", type = "0" } of entries) {
    const content = Buffer.from(text, "utf8");
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, "utf8");
    header.write("0000644\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("ustar\x0000", 257);
    header.write("        ", 148);
    header.write(type, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    parts.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

/** A small release of a Core Rule Set that never was. */
export function release(version: string, more: readonly Entry[] = []): Uint8Array {
  const top = `coreruleset-${version}`;
  return tarGz([
    { name: `${top}/`, type: "5" },
    {
      name: `${top}/crs-setup.conf.example`,
      text: `SecAction "id:900990,phase:1,pass,nolog,ver:'OWASP_CRS/${version}',setvar:tx.crs_setup_version=4000"\n`,
    },
    {
      name: `${top}/rules/REQUEST-942-A.conf`,
      text: `SecRule ARGS "@pmFromFile a.data" "id:942000,phase:2,deny,msg:'A %{MATCHED_VAR}',tag:'paranoia-level/1'"\n`,
    },
    { name: `${top}/rules/a.data`, text: "evil\n" },
    { name: `${top}/tests/x.yaml`, text: "x" },
    ...more.map((entry) => ({ ...entry, name: entry.name.replace("TOP", top) })),
  ]);
}
