/** When a post has to wait for somebody's approval: settings of a board. */
export interface ApprovalPolicy {
  /** Every post. */
  readonly posts: boolean;
  /** Every post that opens a thread. */
  readonly threads: boolean;
  /** Posts with media. */
  readonly media: boolean;
  /** Posts of who has had fewer than so many approved or left standing here; 0 for nobody. */
  readonly newPosters: number;
}

export interface Candidate {
  readonly opensThread: boolean;
  readonly media: number;
  /** Posts of this session on this board that stand today. */
  readonly standing: number;
  /** Staff of this board. */
  readonly staff: boolean;
}

const REASONS = ["board", "thread", "media", "new-poster"] as const;
export type ApprovalReason = (typeof REASONS)[number];

export function isApprovalReason(reason: string): reason is ApprovalReason {
  return (REASONS as readonly string[]).includes(reason);
}

/** Why a post waits; null where it is shown at once. */
export function needsApproval(policy: ApprovalPolicy, post: Candidate): ApprovalReason | null {
  if (post.staff) return null;
  if (policy.posts) return "board";
  if (policy.threads && post.opensThread) return "thread";
  if (policy.media && post.media > 0) return "media";
  if (post.standing < policy.newPosters) return "new-poster";
  return null;
}
