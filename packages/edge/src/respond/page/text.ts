/** Languages that visitors are answered in. */
export type Lang = "en" | "fr";

/** What one status says to a person. */
export interface StatusText {
  readonly title: string;
  /** What happened. */
  readonly what: string;
  /** What the reader can do about it. */
  readonly advice: string;
}

/** Words around it, the same on every page. */
export interface FrameText {
  readonly visitor: string;
  readonly edge: string;
  readonly works: string;
  readonly faulty: string;
  readonly refuses: string;
  readonly unknown: string;
  readonly request: string;
  readonly time: string;
  readonly code: string;
  readonly detail: string;
  readonly reason: string;
  readonly reference: string;
  readonly demandedBy: string;
  readonly contact: string;
  readonly where: string;
  readonly protectedBy: string;
  readonly proceed: string;
  readonly proceedNote: string;
  readonly receipt: string;
  /** Leads to the form by which a refusal is contested. */
  readonly appeal: string;
  readonly retry: (seconds: number) => string;
}

export interface Language {
  readonly frame: FrameText;
  readonly status: Readonly<Record<number, StatusText>>;
  /** For statuses that have no text of their own. */
  readonly otherClient: StatusText;
  readonly otherServer: StatusText;
  /** For codes that say more than their status. */
  readonly code: Readonly<Record<string, StatusText>>;
}
