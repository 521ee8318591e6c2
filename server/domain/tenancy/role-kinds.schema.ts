import { type Message, msg } from "@/server/kernel/words";

/** Roles as they stand in the middle of a sentence. */
export const roleWords: Readonly<Record<string, Message>> = {
  owner: msg("owner"),
  admin: msg("admin"),
  billing: msg("billing"),
  support: msg("support"),
  viewer: msg("viewer"),
  incident_responder: msg("incident responder"),
  auditor: msg("auditor"),
};
