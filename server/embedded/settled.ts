/** As Promise.all, but leaves nothing running behind a failure: it waits for all before it throws the first one. */
export async function settled<A extends readonly unknown[]>(
  work: readonly [...{ [K in keyof A]: Promise<A[K]> }],
): Promise<A> {
  const results = await Promise.allSettled(work as readonly Promise<unknown>[]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as A;
}
