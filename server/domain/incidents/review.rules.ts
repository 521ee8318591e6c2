/** What a review says, as far as it is written. */
export type Written = Readonly<{
  cause: string;
  worked: string;
  changes: string;
  followUps: readonly Readonly<{ ownerId: string | null; dueOn: unknown }>[];
}>;

export const reviewParts = ["cause", "worked", "changes", "follow_ups"] as const;
export type ReviewPart = (typeof reviewParts)[number];

/**
 * What a review lacks before its incident counts as reviewed, in the order of its page: each of the three texts, and for every
 * follow-up somebody who does it and a day. None of them to do is an answer, too.
 */
export function lacking(review: Written | null): readonly ReviewPart[] {
  if (review === null) return ["cause", "worked", "changes"];
  const empty = (text: string) => text.trim() === "";
  const has: Readonly<Record<ReviewPart, boolean>> = {
    cause: !empty(review.cause),
    worked: !empty(review.worked),
    changes: !empty(review.changes),
    follow_ups: review.followUps.every(({ ownerId, dueOn }) => ownerId !== null && dueOn !== null),
  };
  return reviewParts.filter((part) => !has[part]);
}

const words: Readonly<Record<ReviewPart, string>> = {
  cause: "what caused it",
  worked: "what worked",
  changes: "what changes",
  follow_ups: "who does each follow-up and until when",
};

/** Why an incident cannot be reviewed yet, in one sentence. @param parts what is lacking; at least one. */
export function lackingSentence(number: string, parts: readonly ReviewPart[]): string {
  const named = parts.map((part) => words[part]);
  const list = named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : (named[0] ?? "");
  return `Incident ${number} has no whole review yet: write ${list}.`;
}
