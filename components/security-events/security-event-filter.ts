import { severityWords } from "@/components/incidents/incident-words";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import {
  securityEventSeverities,
  securityEventTypes,
} from "@/server/domain/security-events/security-event-kinds.schema";
import { say, t } from "@/server/kernel/words";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
type Source = Readonly<{ get: (name: string) => string | null }>;

/** The filter as it stands in the address; what is not understood counts as not given. */
export function readSecurityEventFilter(params: Source): SecurityEventFilter {
  const at = (name: string, most: number) => params.get(name)?.trim().slice(0, most) || undefined;
  const severity = securityEventSeverities.find((one) => one === params.get("severity"));
  const [type, address, account, tenant] = [at("type", 40), at("address", 64), at("account", 128), at("tenant", 63)];
  const [from, to] = [at("from", 10), at("to", 10)].map((day) => (day && DAY.test(day) ? day : undefined));
  return {
    ...(type ? { type } : {}),
    ...(severity ? { severity } : {}),
    ...(address ? { address } : {}),
    ...(account ? { account } : {}),
    ...(tenant ? { tenant } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

/** Takes every filter out, and the page with them. */
export const noFilter = {
  type: undefined,
  severity: undefined,
  address: undefined,
  account: undefined,
  tenant: undefined,
  from: undefined,
  to: undefined,
  before: undefined,
};

/** What the PBX reports, in words; as it calls it, when this version knows no words for it. */
export const typeText = (type: string): string =>
  type in securityEventTypes ? say(securityEventTypes[type as keyof typeof securityEventTypes]) : type;

export const typeChoices = () => [
  { value: "", label: t("Anything") },
  ...Object.entries(securityEventTypes).map(([value, word]) => ({ value, label: say(word) })),
];

export const severityChoices = () => [
  { value: "", label: t("Any severity") },
  ...securityEventSeverities.map((value) => ({ value, label: severityWords(value).word })),
];
