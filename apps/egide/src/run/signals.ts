export interface SignalHandlers {
  /** SIGHUP. */
  reload(): void;
  /** SIGUSR2. */
  replace(): void;
  /** SIGTERM and SIGINT. */
  stop(signal: string): void;
}

export function onSignals(handlers: SignalHandlers): { close(): void } {
  const table = {
    SIGHUP: () => handlers.reload(),
    SIGUSR2: () => handlers.replace(),
    SIGTERM: () => handlers.stop("SIGTERM"),
    SIGINT: () => handlers.stop("SIGINT"),
  } as const;
  for (const [signal, run] of Object.entries(table)) process.on(signal, run);
  return {
    close() {
      for (const [signal, run] of Object.entries(table)) process.off(signal, run);
    },
  };
}
