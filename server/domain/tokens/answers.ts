import { createHash, hkdfSync } from "node:crypto";

import { seal, unseal } from "@/server/domain/people/seal.rules";
import type { UsedToken } from "@/server/domain/tokens/tokens";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";

export type Answered = Readonly<{ status: number; body: string }>;
type Asked = Readonly<{ db: Db; token: UsedToken; tokenText: string; key: string; request: string }>;

const keyOf = (tokenText: string): Buffer => Buffer.from(hkdfSync("sha256", tokenText, "ringfence", "api answers", 32));
const ownerOf = ({ token, key }: Asked): string => `${token.id} ${key}`;

/**
 * Does a change once for each key that its sender chose: a repeat gets the answer of the first time, for a day. What is kept
 * is sealed with the token itself. A change that failed by itself, and not by what was asked, is forgotten and can be tried
 * again; one whose process died can after two minutes.
 * @param work does the change and answers; it is not run for a repeat.
 * @returns the answer, and whether it is that of before.
 * @throws DomainError posting_key_reused for another request by the same key; conflict while the first is being done.
 */
export async function answerOnce(
  asked: Asked,
  work: () => Promise<Answered>,
): Promise<Answered & { repeated: boolean }> {
  const { db, token, key } = asked;
  const digest = Uint8Array.from(createHash("sha256").update(asked.request).digest());
  const [begun] = await db.$queryRaw<{ state: string; answer: Uint8Array | null }[]>`
    SELECT state, answer FROM api_answer_begin(${token.tenantId}::uuid, ${token.id}::uuid, ${key}, ${digest})`;
  if (begun?.state === "other") {
    throw new DomainError(
      "posting_key_reused",
      { header: "Idempotency-Key" },
      "That Idempotency-Key was used for another request. Choose a new one.",
    );
  }
  if (begun?.state === "done" && begun.answer) return { ...opened(asked, begun.answer), repeated: true };
  if (begun?.state !== "new")
    throw new DomainError(
      "conflict",
      { header: "Idempotency-Key" },
      "The same request is being done; ask again in a moment.",
    );
  let answered: Answered | undefined;
  try {
    answered = await work();
    return { ...answered, repeated: false };
  } finally {
    const keep = answered !== undefined && answered.status < 500 && answered.status !== 429;
    const sealed = keep ? seal(keyOf(asked.tokenText), ownerOf(asked), Buffer.from(JSON.stringify(answered))) : null;
    await db.$queryRaw`SELECT api_answer_end(${token.tenantId}::uuid, ${token.id}::uuid, ${key}, ${sealed})::text`;
  }
}

function opened(asked: Asked, sealed: Uint8Array): Answered {
  const bytes = unseal(keyOf(asked.tokenText), ownerOf(asked), sealed);
  if (!bytes)
    throw new DomainError(
      "conflict",
      { header: "Idempotency-Key" },
      "That request was done with the token's secret of before its rotation.",
    );
  return JSON.parse(bytes.toString()) as Answered;
}
