import type { Choice } from "@/components/ui/select";

const everywhere: readonly Choice[] = [
  { value: "viewer", label: "Viewer: sees, changes nothing" },
  { value: "support", label: "Support: extensions and calls" },
  { value: "billing", label: "Billing: money and prices" },
  { value: "admin", label: "Admin: everything but owners" },
  { value: "owner", label: "Owner: everything" },
];

const operatorOnly: readonly Choice[] = [
  { value: "incident_responder", label: "Incident responder: stops abuse" },
  { value: "auditor", label: "Auditor: sees everything, changes nothing" },
];

/** The roles that can be given here, with what each may do. */
export const roleChoices = (kind: string): readonly Choice[] =>
  kind === "operator" ? [...everywhere, ...operatorOnly] : everywhere;
