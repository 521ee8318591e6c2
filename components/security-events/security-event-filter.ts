import { severityWords } from "@/components/incidents/incident-words";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import {
  type LeftOut,
  leavingOut,
  leftOut,
  MOST_LEFT_OUT,
  type SecurityEventFacet,
  securityEventSeverities,
  securityEventTypes,
} from "@/server/domain/security-events/security-event-kinds.schema";
import { say, t } from "@/server/kernel/words";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
type Source = Readonly<{ get: (name: string) => string | null }>;

/** The filter as it stands in the address; what is not understood counts as not given. */
export function readSecurityEventFilter(params: Source): SecurityEventFilter {
  const at = (name: string, most: number) => params.get(name)?.trim().slice(0, most) || undefined;
  const severity = securityEventSeverities.find((one) => one === params.get("severity"));
  const [type, address, account, tenant] = [at("type", 40), at("address", 64), at("account", 128), at("tenant", 63)];
  const [from, to] = [at("from", 10), at("to", 10)].map((day) => (day && DAY.test(day) ? day : undefined));
  const [since, until] = [at("since", 24), at("until", 24)].map((moment) =>
    moment && MOMENT.test(moment) ? moment : undefined,
  );
  const transport = at("transport", 16);
  const not = leavingOut(leftOut(at("not", 2_000)).slice(0, MOST_LEFT_OUT));
  return {
    ...(transport ? { transport } : {}),
    ...(not ? { not } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
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
  transport: undefined,
  not: undefined,
  since: undefined,
  until: undefined,
  from: undefined,
  to: undefined,
  before: undefined,
};

/** What the PBX reports, in words; as it calls it, when this version knows no words for it. */
export const typeText = (type: string): string =>
  type in securityEventTypes ? say(securityEventTypes[type as keyof typeof securityEventTypes]) : type;

/** A value of a facet as it is shown. */
export const facetText = (facet: SecurityEventFacet, value: string): string =>
  facet === "type" ? typeText(value) : value;

/** What changes in the address when this is left out as well; the oldest go when there are too many for an address. */
export function leaveOutToo({ not }: SecurityEventFilter, kind: SecurityEventFacet, value: string) {
  const others = leftOut(not).filter((one) => one.kind !== kind || one.value !== value);
  let all = [...others, { kind, value }].slice(-MOST_LEFT_OUT);
  while ((leavingOut(all)?.length ?? 0) > 2_000) all = all.slice(1);
  return { not: leavingOut(all), before: undefined };
}

/** What changes in the address when that is let in again. */
export const letIn = ({ not }: SecurityEventFilter, { kind, value }: LeftOut) => ({
  not: leavingOut(leftOut(not).filter((one) => one.kind !== kind || one.value !== value)),
  before: undefined,
});

export const typeChoices = () => [
  { value: "", label: t("Anything") },
  ...Object.entries(securityEventTypes).map(([value, word]) => ({ value, label: say(word) })),
];

export const severityChoices = () => [
  { value: "", label: t("Any severity") },
  ...securityEventSeverities.map((value) => ({ value, label: severityWords(value).word })),
];
