import { type Message, msg, say } from "@/server/kernel/words";

type RoleChoice = Readonly<{ value: string; label: Message }>;

const everywhere: readonly RoleChoice[] = [
  { value: "viewer", label: msg("Viewer: sees, changes nothing") },
  { value: "support", label: msg("Support: extensions and calls") },
  { value: "billing", label: msg("Billing: money and prices") },
  { value: "admin", label: msg("Admin: everything but owners") },
  { value: "owner", label: msg("Owner: everything") },
];

const operatorOnly: readonly RoleChoice[] = [
  { value: "incident_responder", label: msg("Incident responder: stops abuse") },
  { value: "auditor", label: msg("Auditor: sees everything, changes nothing") },
];

/** The roles that can be given here, with what each may do. */
export const roleChoices = (kind: string) =>
  (kind === "operator" ? [...everywhere, ...operatorOnly] : everywhere).map(({ value, label }) => ({
    value,
    label: say(label),
  }));
