/**
 * Value of Alt-Svc (RFC 7838) that tells clients of HTTP/3 on the same host. `port` is the UDP port as
 * visitors reach it. A client that cannot get through keeps to TCP by itself.
 */
export function altSvc(port: number, maxAgeSeconds = 86_400): string {
  return `h3=":${port}"; ma=${maxAgeSeconds}`;
}
