import type { Client } from "pg";

import { mutated, type SqlMutation } from "@/test/proof/mutations/mutation";

/** The newest text of a function, as the database has it. */
async function functionText(owner: Client, name: string): Promise<string> {
  const { rows } = await owner.query<{ text: string }>(
    "SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p WHERE p.proname = $1 AND p.pronamespace = 'public'::regnamespace",
    [name],
  );
  const [only, more] = rows;
  if (!only || more) throw new Error(`there are ${rows.length} functions ${name}`);
  return only.text;
}

/** The statement that would plant it. @throws when it is stale. */
export const planted = async (owner: Client, mutation: SqlMutation): Promise<string> =>
  mutated(await functionText(owner, mutation.of), mutation);

/** Plants it for as long as the work takes. */
export async function withSqlMutation<T>(owner: Client, mutation: SqlMutation, work: () => Promise<T>): Promise<T> {
  const text = await functionText(owner, mutation.of);
  await owner.query(mutated(text, mutation));
  try {
    return await work();
  } finally {
    await owner.query(text);
  }
}
