import type { IncidentDetail } from "@/components/api/outputs";
import { portalPath } from "@/components/shell/portal-path";
import { t } from "@/server/kernel/words";

export type Subject = Pick<IncidentDetail["subjects"][number], "kind" | "value" | "tenantSlug" | "extensionId">;
type Incident = Pick<IncidentDetail, "tenants" | "tenantCount">;
export type SubjectLink = Readonly<{ label: string; href: string }>;

/** Whose calls a number or country is among: its own tenant, or the only one that the incident is about. */
const slugOf = ({ tenantSlug }: Subject, { tenants, tenantCount }: Incident): string | undefined =>
  tenantSlug ?? (tenantCount === 1 ? tenants[0]?.slug : undefined);

const to = (label: string, path: string, search: Readonly<Record<string, string>>): SubjectLink => ({
  label,
  href: `${portalPath(path)}?${new URLSearchParams(search)}`,
});

/** Where one goes on looking from something that an incident touches. @param desk the short name of whoever keeps it. */
export function linksOf(subject: Subject, incident: Incident, desk: string): readonly SubjectLink[] {
  const { kind, value, extensionId } = subject;
  const slug = slugOf(subject, incident);
  const events = (search: Readonly<Record<string, string>>) =>
    to(t("Security events"), `/${desk}/security-events`, search);
  if (kind === "address") return [to(t("Bans"), `/${desk}/blocks`, { q: value }), events({ address: value })];
  if (kind === "username") return [events({ account: value })];
  if (slug === undefined) return [];
  switch (kind) {
    case "extension":
      return extensionId
        ? [
            to(t("Extension"), `/${slug}/extensions`, { open: extensionId }),
            to(t("Calls"), `/${slug}/calls`, { scope: "own", extension: extensionId }),
            events({ account: value }),
          ]
        : [events({ account: value })];
    case "number":
      return [to(t("Calls"), `/${slug}/calls`, { q: `+${value.replace(/^\+/, "")}` })];
    case "country":
      return [to(t("Calls"), `/${slug}/calls`, { country: value })];
    case "tenant":
      return [to(t("Calls"), `/${slug}/calls`, {})];
  }
}
