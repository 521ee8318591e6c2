import { hash, verify } from "@node-rs/argon2";

import { commonParts, commonPasswords } from "@/server/auth/common-passwords";
import { isShort, passwordProblem } from "@/server/auth/password.rules";
import { DomainError } from "@/server/kernel/errors";

/** OWASP's first recommendation for argon2id, which is this package's default kind. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Unicode has several spellings of one text; a phone's keyboard and a computer's must give the same password. */
const normal = (password: string): string => password.normalize("NFKC");

export const hashPassword = (password: string): Promise<string> => hash(normal(password), COST);

let decoy: Promise<string> | undefined;

/**
 * Compares in the same time whether or not there is somebody to compare with: without a digest the work is done against
 * one that nothing matches, so an answer's time does not tell which addresses have an account.
 */
export async function verifyPassword(digest: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hash(`nobody:${Date.now()}`, COST);
  const known = digest ?? (await decoy);
  const matches = await verify(known, normal(password)).catch(() => false);
  return matches && digest !== null && digest !== undefined;
}

type About = Readonly<{ email: string; names: readonly string[]; withFactor?: boolean }>;

/**
 * The digest of a password that somebody chooses, and whether it is good only beside a second factor.
 * @throws DomainError invalid_input with the field "password" and the reason, when it is too easy.
 */
export async function checkedHash(password: string, about: About): Promise<{ hash: string; short: boolean }> {
  const problem = passwordProblem(password, { ...about, common: commonParts, known: commonPasswords() });
  if (problem) throw new DomainError("invalid_input", { field: "password" }, problem);
  return { hash: await hashPassword(password), short: isShort(password) };
}
