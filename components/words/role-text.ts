import { type Message, msg, say } from "@/server/kernel/words";

const roles: Readonly<Record<string, Message>> = {
  owner: msg("owner"),
  admin: msg("admin"),
  billing: msg("billing"),
  support: msg("support"),
  viewer: msg("viewer"),
  incident_responder: msg("incident responder"),
  auditor: msg("auditor"),
};

/** A role as it stands in the middle of a sentence. */
export const roleText = (role: string): string => {
  const known = roles[role];
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
