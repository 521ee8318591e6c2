import type { TrailFilter } from "@/server/domain/audit/trail.schema";
import { t } from "@/server/kernel/words";

export const outcomeChoices = () =>
  [
    { value: "", label: t("Any outcome") },
    { value: "ok", label: t("Done") },
    { value: "denied", label: t("Denied") },
    { value: "failed", label: t("Failed") },
  ] as const;

const outcomes = ["ok", "denied", "failed"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
type Source = Readonly<{ get: (name: string) => string | null }>;

/** The filter of the trail as it stands in the address; what is not understood counts as not given. */
export function readAuditFilter(params: Source): TrailFilter {
  const at = (name: string) => params.get(name)?.trim() || undefined;
  const outcome = outcomes.find((one) => one === at("outcome"));
  const [action, actor, about] = [at("action")?.slice(0, 60), at("actor")?.slice(0, 254), at("about")?.slice(0, 200)];
  const [from, to] = [at("from"), at("to")].map((day) => (day && DAY.test(day) ? day : undefined));
  return {
    ...(action ? { action } : {}),
    ...(actor ? { actor } : {}),
    ...(about ? { about } : {}),
    ...(outcome ? { outcome } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

/** Takes every filter out, and the page with them. */
export const noFilter = {
  action: undefined,
  actor: undefined,
  about: undefined,
  outcome: undefined,
  from: undefined,
  to: undefined,
  before: undefined,
};
