/** Something a person at the terminal can act on: one plain sentence, no stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}

type Failure = { code?: string; message?: string; stderr?: unknown; path?: string };

const byCode: Record<string, (failure: Failure) => string> = {
  ENOSPC: () => "The disk is full: free some space, or point DATA_DIR at another disk.",
  EDQUOT: () => "The disk quota is used up: free some space, or point DATA_DIR at another disk.",
  EROFS: (failure) => `The disk is read-only${at(failure)}: point DATA_DIR at a folder that can be written.`,
  EACCES: (failure) => `Access is denied${at(failure)}: run as the user who owns it, or point DATA_DIR elsewhere.`,
  EPERM: (failure) => `The system does not permit this${at(failure)}.`,
  EMFILE: () => "Too many files are open: raise the limit (ulimit -n) and start again.",
};
const at = (failure: Failure) => (failure.path ? ` at ${failure.path}` : "");

/** Whatever was thrown, as the one sentence that is printed before a non-zero exit. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const failure = error as Error & Failure;
  if (isDiskFull(error)) return byCode["ENOSPC"]?.(failure) ?? failure.message;
  if (/disk quota exceeded/i.test(wordsOf(failure))) return byCode["EDQUOT"]?.(failure) ?? failure.message;
  return (failure.code && byCode[failure.code]?.(failure)) || failure.message;
}

const wordsOf = (failure: Failure): string => `${failure.message}\n${failure.stderr ?? ""}`;

/** By its code, or by the words of a program that met it: PostgreSQL's, then tar's. */
export const isDiskFull = (error: unknown): boolean =>
  (error as Failure).code === "ENOSPC" ||
  /no space left on device|wrote only \d+ of \d+ bytes/i.test(wordsOf(error as Failure));

/** The loader's own words for a library that the host lacks, or undefined. */
export const missingLibrary = (text: string): string | undefined =>
  /error while loading shared libraries: ([^:\s]+)/.exec(text)?.[1] ?? /(GLIBC_[\d.]+)['’] not found/.exec(text)?.[1];
