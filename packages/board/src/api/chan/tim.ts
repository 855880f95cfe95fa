/** The number by which clients ask for a file: what 4chan calls `tim`, microseconds as it were. */
export interface FilePlace {
  /** When the post was made, in milliseconds. */
  readonly createdAt: number;
  /** The last two digits of the post's id: two posts of one millisecond are told apart. */
  readonly tail: number;
  /** The file's place in the post, from 0. */
  readonly position: number;
}

/** 16 digits until the year 2286, below 2^53. */
export function timOf(
  post: { readonly id: number; readonly createdAt: number },
  position: number,
): number {
  return post.createdAt * 1000 + (post.id % 100) * 10 + position;
}

export function placeOf(tim: number): FilePlace {
  const rest = tim % 1000;
  return {
    createdAt: Math.floor(tim / 1000),
    tail: Math.floor(rest / 10),
    position: rest % 10,
  };
}
