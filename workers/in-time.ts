const PATIENCE_MS = 2_000;

/** What is asked of a part that may be away: its answer, or undefined when there is none within two seconds. */
export const inTime = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([
    work,
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS).unref()),
  ]).catch(() => undefined);
