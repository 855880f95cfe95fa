/** Names of severities (syslog's, RFC 5424, section 6.2.1), by their number. */
export const severities: readonly string[] = [
  "EMERGENCY",
  "ALERT",
  "CRITICAL",
  "ERROR",
  "WARNING",
  "NOTICE",
  "INFO",
  "DEBUG",
];
