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
