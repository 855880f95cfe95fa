import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@egide/testkit/port.ts";
import { startProcess } from "@egide/testkit/process.ts";
import type { Target, TargetOptions } from "../target/target.ts";
import { untilListening } from "./listening.ts";

export async function startHaproxy(options: TargetOptions): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), "conformance-haproxy-"));
  const [h1, h2] = [await freePort(), await freePort()];
  const config = `
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout http-request 10s
  option forwardfor
frontend site
  bind 127.0.0.1:${h1}
  bind 127.0.0.1:${h2} proto h2
  http-request deny deny_status 421 unless { hdr(host),host_only -i site.test }
  http-request del-header X-Forwarded-For
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request del-header Forwarded
  default_backend origin
backend origin
  server origin 127.0.0.1:${options.originPort}
`;
  writeFileSync(join(directory, "haproxy.cfg"), config);
  const running = await startProcess(["haproxy", "-db", "-f", join(directory, "haproxy.cfg")]);
  await untilListening([h1, h2], running);
  return {
    name: "haproxy",
    h1,
    h2,
    pid: running.pid,
    async stop() {
      running.signal("SIGUSR1");
      await running.stop(200);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
