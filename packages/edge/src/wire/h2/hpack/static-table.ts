import { type NameInfo, nameInfo } from "#wire/h2/hpack/names.ts";

/** RFC 7541, appendix A, from index 1. */
const ENTRIES = `
:authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200
:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset
accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age
allow|authorization|cache-control|content-disposition|content-encoding|content-language
content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host
if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location
max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server
set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate
`;

export const STATIC_SIZE = 61;
/** Names and values by index; 0 is not used. */
export const STATIC_NAMES: NameInfo[] = [];
export const STATIC_VALUES: string[] = [];

function build(): void {
  STATIC_NAMES.push(nameInfo(":path"));
  STATIC_VALUES.push("");
  for (const entry of ENTRIES.trim().split(/[|\n]/)) {
    const cut = entry.indexOf("=");
    const info = nameInfo(cut < 0 ? entry : entry.slice(0, cut));
    const value = cut < 0 ? "" : entry.slice(cut + 1);
    const index = STATIC_NAMES.length;
    STATIC_NAMES.push(info);
    STATIC_VALUES.push(value);
    if (info.staticIndex === 0) info.staticIndex = index;
    if (cut >= 0) (info.staticValues ??= []).push(value, index);
  }
}

build();
