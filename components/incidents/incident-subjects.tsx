"use client";

import Link from "next/link";

import type { IncidentDetail } from "@/components/api/outputs";
import { portalPath } from "@/components/shell/portal-path";
import { Section } from "@/components/ui/section";

const SHOWN = 12;
const titles = {
  tenant: "Tenant",
  extension: "Extensions",
  address: "Addresses",
  username: "Names nobody has",
  number: "Numbers called",
  country: "Countries called",
} as const;
const kinds = Object.keys(titles) as readonly (keyof typeof titles)[];
type Subject = IncidentDetail["subjects"][number];

/** What an incident touches, the most often seen first. */
export function IncidentSubjects({ subjects }: Readonly<{ subjects: readonly Subject[] }>) {
  return (
    <>
      {kinds.map((kind) => {
        const some = subjects.filter((subject) => subject.kind === kind);
        if (some.length === 0) return null;
        return (
          <Section
            aside={
              <span className="figures text-xs text-ink-3">{some.length >= 200 ? "200 or more" : some.length}</span>
            }
            key={kind}
            title={titles[kind]}
          >
            <ul className="grid">
              {some.slice(0, SHOWN).map((subject) => (
                <li className="flex items-baseline justify-between gap-4 border-b py-1" key={subject.value}>
                  <span className="min-w-0">
                    <code className="break-all">{subject.value}</code>
                    {subject.tenantSlug && (
                      <Link
                        className="ml-3 text-ink-2 underline"
                        href={portalPath(`/${subject.tenantSlug}/${kind === "tenant" ? "calls" : "extensions"}`)}
                      >
                        {subject.tenantName}
                      </Link>
                    )}
                  </span>
                  <span className="figures text-ink-2">{subject.signals}</span>
                </li>
              ))}
            </ul>
            {some.length > SHOWN && <p className="text-xs text-ink-3">and {some.length - SHOWN} more</p>}
          </Section>
        );
      })}
    </>
  );
}
