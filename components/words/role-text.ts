import { roleWords } from "@/server/domain/tenancy/role-kinds.schema";
import { type Message, msg, say } from "@/server/kernel/words";

/** A role as it stands in the middle of a sentence. */
export const roleText = (role: string): string => {
  const known = roleWords[role];
  return known ? say(known) : role.replaceAll("_", " ");
};

const kinds: Readonly<Record<string, Message>> = {
  operator: msg("operator"),
  reseller: msg("reseller"),
  customer: msg("customer"),
};

/** What a tenant is in the tree, as it stands in the middle of a sentence. */
export const kindText = (kind: string): string => {
  const known = kinds[kind];
  return known ? say(known) : kind;
};
