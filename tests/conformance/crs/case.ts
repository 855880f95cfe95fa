/** One case as the Core Rule Set's regression tests write it (go-ftw's schema), a JSON line each. */
export interface Case {
  readonly rule_id: number;
  readonly test_id: number;
  readonly stages: readonly { readonly input: Input; readonly output: Output }[];
}

export interface Input {
  readonly dest_addr?: string;
  readonly port?: number;
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly data?: string;
  readonly encoded_request?: string;
  readonly autocomplete_headers?: boolean;
}

export interface Output {
  readonly status?: number;
  readonly expect_error?: boolean;
  readonly log?: {
    readonly expect_ids?: readonly number[];
    readonly no_expect_ids?: readonly number[];
    readonly match_regex?: string;
    readonly no_match_regex?: string;
  };
}
