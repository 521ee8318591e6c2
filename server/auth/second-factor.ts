import type { Attempts } from "@/server/auth/attempts";
import { changeOfPerson } from "@/server/domain/audit/change";
import { factorNews } from "@/server/domain/people/factor-news";
import { mailFactor, takeRecoveryCode, takeTotp } from "@/server/domain/people/factors";
import type { FactorKeys } from "@/server/domain/people/seal.rules";
import { signInPlaces } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type FactorDeps = Readonly<{
  db: Db;
  attempts: Attempts;
  keys: FactorKeys;
  /** Where people find the portal: passkeys are made for that name. */
  appUrl: string;
  notify?: Readonly<{ appUrl: string }> | undefined;
  /** At the host name of a brand: only people with a seat on its tenant or below come in. */
  within?: TenantId | undefined;
}>;
type Asked = Readonly<{ userId: UserId; email: string; code: string }>;
type From = Readonly<{ requestId: string; address: string }>;

/**
 * Whether a code is one of the person's: of the app, or one of the recovery codes. Each is good once. Its tries are counted
 * apart from those of the password, and whoever comes this far has shown that already.
 * @throws DomainError rate_limited with the seconds to wait, before the code is looked at.
 */
export async function checkCode(deps: FactorDeps, { userId, email, code }: Asked, from: From): Promise<boolean> {
  const { db, attempts, keys } = deps;
  const subject = `factor ${userId}`;
  const seconds = await attempts.begin(from.address, subject, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const plain = code.replaceAll(/\s/g, "");
  const byApp = await takeTotp(db, keys, userId, plain);
  const right = byApp || (await takeRecoveryCode(db, keys, userId, plain));
  if (!right) return false;
  await attempts.succeeded(from.address, subject);
  if (!byApp) await noteRecovery(deps, { userId, email }, from);
  return true;
}

/** A code of paper in somebody else's hand is how an account is lost, so its use is never silent. */
async function noteRecovery({ db, notify }: FactorDeps, { userId, email }: Omit<Asked, "code">, from: From) {
  const actor = { kind: "user", id: userId, userId, ...from } as const;
  await changeOfPerson(db, { userId, actor, action: "factor.use_recovery_code" }, async (tx, home) => {
    if (notify) await mailFactor(tx, home, { email, what: factorNews.codeUsed, appUrl: notify.appUrl });
    return { subject: `person:${userId}`, result: undefined };
  });
}
