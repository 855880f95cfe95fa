import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@egide/testkit/port.ts";
import { startProcess } from "@egide/testkit/process.ts";
import type { Target, TargetOptions } from "../target/target.ts";
import { untilListening } from "./listening.ts";

/** nginx as its documentation sets up a reverse proxy with keep-alive to the origin. */
export async function startNginx(options: TargetOptions): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), "conformance-nginx-"));
  const [h1, h2] = [await freePort(), await freePort()];
  const config = `
worker_processes 1;
pid ${directory}/pid;
error_log ${directory}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
  upstream origin { server 127.0.0.1:${options.originPort}; keepalive 16; }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server { listen 127.0.0.1:${h1} default_server; listen 127.0.0.1:${h2} http2 default_server; return 421; }
  server {
    listen 127.0.0.1:${h1}; listen 127.0.0.1:${h2} http2;
    server_name site.test;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_set_header Host $host;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header Forwarded "";
    }
  }
}
`;
  writeFileSync(join(directory, "nginx.conf"), config);
  const command = ["nginx", "-p", directory, "-c", `${directory}/nginx.conf`, "-g", "daemon off;"];
  const running = await startProcess(command);
  await untilListening([h1, h2], running);
  return {
    name: "nginx",
    h1,
    h2,
    pid: running.pid,
    async stop() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
