/*
 * The read-only JSON interface that imageboard clients know, as 4chan documents it
 * (github.com/4chan/4chan-API, pages/*.md): names, types and the cases in which a field appears.
 * `name`, `sub`, `filename` and `com` are HTML: clients expect them escaped.
 */

/** What is known of a file; vichan's `extra_files` are these too. */
export interface ChanFile {
  /** 16 digits: the file's name on the server. */
  readonly tim: number;
  readonly filename: string;
  readonly ext: string;
  readonly fsize: number;
  /** 24 characters of base64. */
  readonly md5: string;
  readonly w: number;
  readonly h: number;
  readonly tn_w: number;
  readonly tn_h: number;
  readonly spoiler?: 1;
}

/** A reply, as all posts begin. */
export interface ChanPost extends Partial<ChanFile> {
  readonly no: number;
  /** The thread's number; 0 for the post that opens it. */
  readonly resto: number;
  /** MM/DD/YY(Day)HH:MM:SS, New York's time. */
  readonly now: string;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly name: string;
  readonly trip?: string;
  readonly id?: string;
  readonly capcode?: string;
  readonly country?: string;
  readonly country_name?: string;
  readonly sub?: string;
  readonly com?: string;
  readonly filedeleted?: 1;
  readonly extra_files?: readonly ChanFile[];
}

/** The post that opens a thread says the thread's state as well. */
export interface ChanOpening extends ChanPost {
  readonly semantic_url: string;
  readonly replies: number;
  readonly images: number;
  readonly sticky?: 1;
  readonly closed?: 1;
  readonly archived?: 1;
  readonly archived_on?: number;
  readonly bumplimit?: 1;
  readonly imagelimit?: 1;
  readonly unique_ips?: number;
  readonly tail_size?: number;
  /** In the catalog and on index pages. */
  readonly last_modified?: number;
  readonly omitted_posts?: number;
  readonly omitted_images?: number;
  readonly last_replies?: readonly ChanPost[];
}

/** `/{board}/catalog.json` */
export type ChanCatalog = readonly {
  readonly page: number;
  readonly threads: readonly ChanOpening[];
}[];

/** `/{board}/threads.json` */
export type ChanThreads = readonly {
  readonly page: number;
  readonly threads: readonly {
    readonly no: number;
    readonly last_modified: number;
    readonly replies: number;
  }[];
}[];

/** `/{board}/thread/{no}.json`; the opening post stands first. */
export interface ChanThread {
  readonly posts: readonly [ChanOpening, ...ChanPost[]];
}

/** `/{board}/{page}.json` */
export interface ChanIndex {
  readonly threads: readonly ChanThread[];
}

/** `/boards.json` */
export interface ChanBoards {
  readonly boards: readonly ChanBoard[];
}

export interface ChanBoard {
  readonly board: string;
  readonly title: string;
  readonly ws_board: 0 | 1;
  readonly per_page: number;
  readonly pages: number;
  readonly max_filesize: number;
  readonly max_webm_filesize: number;
  readonly max_comment_chars: number;
  readonly max_webm_duration: number;
  readonly bump_limit: number;
  readonly image_limit: number;
  readonly cooldowns: {
    readonly threads: number;
    readonly replies: number;
    readonly images: number;
  };
  readonly meta_description: string;
  readonly spoilers: 1;
  readonly code_tags: 1;
  readonly is_archived?: 1;
  readonly country_flags?: 1;
  readonly user_ids?: 1;
  readonly forced_anon?: 1;
  readonly require_subject?: 1;
  readonly text_only?: 1;
}
