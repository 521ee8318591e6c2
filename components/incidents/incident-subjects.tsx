"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { FactChip } from "@/components/blocks/fact-chip";
import { linksOf } from "@/components/incidents/subject-links";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { msg, say, t } from "@/server/kernel/words";

const SHOWN = 12;
const titles = {
  tenant: msg("Tenant"),
  extension: msg("Extensions"),
  address: msg("Addresses"),
  username: msg("Names nobody has"),
  number: msg("Numbers called"),
  country: msg("Countries called"),
} as const;
const kinds = Object.keys(titles) as readonly (keyof typeof titles)[];
/** What an incident touches, the most often seen first, each with where one goes on looking. */
export function IncidentSubjects({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { tenantSlug } = useScope();
  const { subjects } = incident;
  return (
    <>
      {kinds.map((kind) => {
        const some = subjects.filter((subject) => subject.kind === kind);
        if (some.length === 0) return null;
        return (
          <Section
            aside={
              <span className="figures text-xs text-ink-3">{some.length >= 200 ? t("200 or more") : some.length}</span>
            }
            key={kind}
            title={say(titles[kind])}
          >
            <ul className="grid">
              {some.slice(0, SHOWN).map((subject) => (
                <li className="flex items-baseline justify-between gap-4 border-b py-1" key={subject.value}>
                  <span className="min-w-0">
                    <FactChip
                      kind={kind}
                      links={linksOf(subject, incident, tenantSlug)}
                      reason={t("Incident {number}", { number: incident.number })}
                      value={subject.value}
                    />
                    {subject.tenantName && <span className="ms-3 text-ink-2">{subject.tenantName}</span>}
                  </span>
                  <span className="figures text-ink-2">{subject.signals}</span>
                </li>
              ))}
            </ul>
            {some.length > SHOWN && (
              <p className="text-xs text-ink-3">
                {t("and {n, plural, one {# more} other {# more}}", { n: some.length - SHOWN })}
              </p>
            )}
          </Section>
        );
      })}
      <Agents agents={incident.agents} />
    </>
  );
}

/** What came in as one of the phones, by what it called itself. */
function Agents({ agents }: Pick<IncidentDetail, "agents">) {
  if (agents.length === 0) return null;
  return (
    <Section title={t("Programs that signed in")}>
      <ul className="grid">
        {agents.slice(0, SHOWN).map(({ value, phones, lastAt }) => (
          <li className="flex items-baseline justify-between gap-4 border-b py-1" key={value}>
            <span className="min-w-0">
              <code className="break-all">{value}</code>
              <span className="ms-3 text-ink-2">
                {t("{count, plural, one {# phone} other {# phones}}", { count: phones })}
              </span>
            </span>
            <span className="text-ink-3">
              <Moment at={lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
