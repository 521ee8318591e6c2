import type { TestDatabase } from "./database";

/** Has functions wait at a lock until a busy machine lets it go; with the product's own seconds they might give up before. */
export async function waitAtLocks({ owner }: Pick<TestDatabase, "owner">, ...names: readonly string[]): Promise<void> {
  const { rows } = await owner.query<{ text: string }>(
    "SELECT format('ALTER FUNCTION %s SET lock_timeout = ''10min''', oid::regprocedure) AS text FROM pg_proc WHERE proname = ANY ($1)",
    [names],
  );
  for (const { text } of rows) await owner.query(text);
}
