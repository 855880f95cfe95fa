/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";

interface PostListProps {
  readonly posts: readonly {
    readonly uri: string;
    readonly threadNo: number;
    readonly no: number;
    readonly text: string;
  }[];
}

/** Posts by their beginnings, each with the way to it. */
export function PostList({ posts }: PostListProps) {
  return (
    <ul>
      {posts.map(({ uri, threadNo, no, text }) => (
        <li>
          <a href={address.post(uri, threadNo, no)}>
            /{uri}/ No. {no}
          </a>{" "}
          <span dir="auto">{text.slice(0, 140)}</span>
        </li>
      ))}
    </ul>
  );
}
