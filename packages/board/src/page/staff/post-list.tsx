/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";

/** `/b/ No. 12`, in the reader's language. */
export function postName({ t }: Frame, uri: string, no: number): string {
  return `/${uri}/ ${t("post.no")}\u00a0${no}`;
}

interface PostListProps {
  readonly frame: Frame;
  readonly posts: readonly {
    readonly uri: string;
    readonly threadNo: number;
    readonly no: number;
    readonly text: string;
  }[];
}

/** Posts by their beginnings, each with the way to it. */
export function PostList({ frame, posts }: PostListProps) {
  return (
    <ul>
      {posts.map(({ uri, threadNo, no, text }) => (
        <li>
          <a href={address.post(uri, threadNo, no)}>{postName(frame, uri, no)}</a>{" "}
          <span dir="auto">{text.slice(0, 140)}</span>
        </li>
      ))}
    </ul>
  );
}
