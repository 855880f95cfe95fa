import type { PostFile } from "#thread/model.ts";
import { fileName } from "#media/store/name.ts";

/** Where things are: every address that a page or a feed names is made here. */
export const address = {
  board: (uri: string): string => `/${uri}/`,
  index: (uri: string, page: number): string => (page <= 1 ? `/${uri}/` : `/${uri}/${page}`),
  catalog: (uri: string): string => `/${uri}/catalog`,
  archive: (uri: string): string => `/${uri}/archive`,
  rules: (uri: string): string => `/${uri}/rules`,
  log: (uri: string): string => `/${uri}/log`,
  compose: (uri: string): string => `/${uri}/post`,
  thread: (uri: string, no: number): string => `/${uri}/thread/${no}`,
  post: (uri: string, threadNo: number, no: number): string => `/${uri}/thread/${threadNo}#p${no}`,
  /** The page of one post: to look at it, to report it, to delete it. */
  acts: (uri: string, no: number): string => `/${uri}/post/${no}`,
  /** The thread with a form that quotes the post: works without scripts. */
  quote: (uri: string, threadNo: number, no: number): string =>
    `/${uri}/thread/${threadNo}?quote=${no}#reply`,
  feed: (uri: string, type: "atom" | "rss"): string => `/${uri}/index.${type}`,
  threadFeed: (uri: string, no: number, type: "atom" | "rss"): string =>
    `/${uri}/thread/${no}.${type}`,
  file: ({ sha256, kind }: Pick<PostFile, "sha256" | "kind">): string =>
    `/media/${fileName({ sha256, kind, thumb: false })}`,
  thumb: ({ sha256, kind }: Pick<PostFile, "sha256" | "kind">): string =>
    `/media/${fileName({ sha256, kind, thumb: true })}`,
} as const;
