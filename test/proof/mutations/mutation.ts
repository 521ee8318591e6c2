/**
 * A fault that somebody could make: one place in the code that charges, changed. The suite of proofs has to notice each of
 * them. Kept as the exact text to find, so that a change of the code makes a stale mutation fail loudly.
 */
export type Mutation = Readonly<{
  name: string;
  /** What it would cost, and whom. */
  loses: string;
  find: string;
  replace: string;
  /** The example that notices it, where one does: it is tried first. */
  caughtBy?: string;
}>;

/** In the newest version of a function in the database. */
export type SqlMutation = Mutation & Readonly<{ of: string }>;
/** In a file of the product. */
export type CodeMutation = Mutation &
  Readonly<{
    file: string;
    /** The file of tests beside that code that tells of it: what worlds of accidents seldom come upon. */
    story?: string;
  }>;

/** @throws when the text is not there exactly once: then the mutation says nothing about the code as it is. */
export function mutated(text: string, { name, find, replace }: Mutation): string {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`the mutation "${name}" is stale: its text is there ${times} times`);
  return text.replace(find, () => replace);
}
