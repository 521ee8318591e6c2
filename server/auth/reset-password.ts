import { setTimeout as sleep } from "node:timers/promises";

import type { Attempts } from "@/server/auth/attempts";
import { checkedHash } from "@/server/auth/passwords";
import { changeOfPerson, recordRefusalOfPerson } from "@/server/domain/audit/change";
import { isPersonOnlyWithin, isPersonWithin } from "@/server/domain/brands/door";
import { applyReset, getReset, mailReset } from "@/server/domain/people/password-reset";
import { mailPasswordChanged } from "@/server/domain/people/passwords";
import { findSignIn } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

type Deps = Readonly<{
  db: Db;
  attempts: Attempts;
  appUrl: string;
  /** The house's own address, for whoever has seats that are not behind this door. */
  houseUrl: string;
  /** At the host name of a brand: whoever has no seat behind it has no account here. */
  within?: TenantId | undefined;
}>;
type From = Readonly<{ requestId: string; address: string }>;

/** Longer than either path takes, so that the time of an answer does not tell which addresses have an account. */
const ANSWER_AFTER_MS = 250;

/**
 * Mails a link to whoever has this address; it leads to this door only if the person has nothing that is not behind it.
 * Known, unknown and flooded addresses get one answer, after one time.
 * @throws DomainError rate_limited with the seconds to wait.
 */
export async function askReset(deps: Deps, email: string, from: From): Promise<void> {
  const { db, attempts, within } = deps;
  const seconds = await attempts.begin(from.address, `reset ${email}`);
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const answerAt = sleep(ANSWER_AFTER_MS);
  const found = await findSignIn(db, email);
  const person = found && (!within || (await isPersonWithin(db, found.userId, within))) ? found : undefined;
  const actor = { kind: "anonymous", id: "reset", ...from } as const;
  const by = { userId: person?.userId, actor, action: "password.ask_reset" } as const;
  if (person?.passwordHash) {
    const { userId } = person;
    const appUrl = await resetsAt(deps, userId);
    await changeOfPerson(db, by, async (tx, home) => {
      const mailed = await mailReset(tx, home, { userId, email, appUrl });
      return { subject: `person:${userId}`, after: { mailed }, result: undefined };
    });
  } else {
    await recordRefusalOfPerson(db, by, { subject: "person:unknown", outcome: "failed" });
  }
  await answerAt;
}

async function resetsAt({ db, appUrl, houseUrl, within }: Deps, userId: UserId): Promise<string> {
  return !within || (await isPersonOnlyWithin(db, userId, within)) ? appUrl : houseUrl;
}

/**
 * Sets a new password by a link: it works once, and every session of the person ends. A second factor stays as it is.
 * @returns the address to sign in with.
 * @throws DomainError reset_invalid for a link that is used up, expired or unknown, and at a door for that of somebody who has
 * seats elsewhere too.
 * @throws DomainError invalid_input with the field "password" for one that is too easy; the link stays valid.
 */
export async function resetPassword(
  { db, appUrl, within }: Omit<Deps, "attempts" | "houseUrl">,
  { token, password }: Readonly<{ token: string; password: string }>,
  from: From,
): Promise<{ email: string }> {
  const { userId, email, name, withFactor } = await getReset(db, token);
  if (within && !(await isPersonOnlyWithin(db, userId, within))) throw new DomainError("reset_invalid");
  const chosen = await checkedHash(password, { email, names: [name], withFactor });
  const actor = { kind: "anonymous", id: "reset", ...from } as const;
  return changeOfPerson(db, { userId, actor, action: "password.reset" }, async (tx, home) => {
    await applyReset(tx, token, chosen);
    await mailPasswordChanged(tx, home, { email, appUrl });
    return { subject: `person:${userId}`, result: { email } };
  });
}
