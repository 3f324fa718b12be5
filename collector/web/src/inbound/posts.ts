// The rooms that are called from above: those of the province's own seat, and those that this post has added. Pure.

/** Under which name this browser remembers. */
export const POSTS = "avow.inbound.posts";
export const CALLER = "avow.inbound.caller";
/** One key each. */
export const MOST_POSTS = 9;

/** Venues in the order of their keys; what is not a venue's code is left out. */
export function readPosts(text: string | null): string[] {
  const codes = (text ?? "").split(",").filter((code) => /^\d{2,12}-\d{1,3}$/.test(code));
  return [...new Set(codes)].slice(0, MOST_POSTS);
}

export function writePosts(posts: readonly string[]): string {
  return posts.join(",");
}

/** The post that a key stands for; null: none. */
export function postOf<T>(key: string, posts: readonly T[]): T | null {
  return /^[1-9]$/.test(key) ? (posts[Number(key) - 1] ?? null) : null;
}
