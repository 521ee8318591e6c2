import { z } from "zod";

import { changeOfPerson } from "@/server/domain/audit/change";
import { resetFactors } from "@/server/domain/people/factors";
import { grantReset } from "@/server/domain/people/password-reset";
import { findSignIn } from "@/server/domain/tenancy/sessions";
import { emailSchema } from "@/server/domain/tenancy/tenant.schema";
import { DomainError } from "@/server/kernel/errors";
import type { UserId } from "@/server/kernel/ids";
import { check } from "../check";
import type { Command, Given } from "../command";
import type { Desk } from "../desk";

export const personResetFactor: Command = {
  summary:
    "Takes every second factor of a person away and ends their sessions, when all is lost. Be sure who asks: it is how accounts are stolen.",
  options: { email: { value: "address", about: "whose account", required: true } },
  run: async (desk, given) => {
    const { userId, email } = await personNamed(desk, given);
    const by = { userId, actor: desk.actor, action: "factor.reset" } as const;
    const link = await changeOfPerson(desk.db, by, async (tx) => {
      const short = await resetFactors(tx, userId);
      // A password that was good only beside a factor fits nothing any more, so the person chooses another one.
      const result = short ? await grantReset(tx, { userId, appUrl: desk.place.appUrl }) : null;
      return { subject: `person:${userId}`, after: { password: short ? "to be chosen anew" : "kept" }, result };
    });
    const say = link ?? `${email} signs in with the password alone now, and should set up a factor anew.`;
    return { value: { email, link }, say };
  },
};

const email = { value: "address", about: "whose account", required: true } as const;

/** @throws DomainError not_found naming the address. */
/** Whoever `--email` names. @throws DomainError not_found. */
export async function personNamed(desk: Desk, given: Given): Promise<{ userId: UserId; email: string }> {
  const { email } = check(z.object({ email: emailSchema }), { email: given.text("email") });
  const person = await findSignIn(desk.db, email);
  if (!person) throw new DomainError("not_found", {}, `Nobody has the address ${email}.`);
  return { userId: person.userId, email };
}

export const personResetPassword: Command = {
  summary: "Prints a link that sets a person's password once, within half an hour. Hand it over in person.",
  options: { email },
  run: async (desk, given) => {
    const { userId, email } = await personNamed(desk, given);
    const by = { userId, actor: desk.actor, action: "password.ask_reset" } as const;
    const link = await changeOfPerson(desk.db, by, async (tx) => {
      const result = await grantReset(tx, { userId, appUrl: desk.place.appUrl });
      return { subject: `person:${userId}`, after: { mailed: false }, result };
    });
    return { value: { email, link }, say: link };
  },
};
