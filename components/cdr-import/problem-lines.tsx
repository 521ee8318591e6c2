"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { CdrFileRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { saveText } from "@/components/ui/save-text";
import { Section } from "@/components/ui/section";
import { csvForPeople } from "@/server/kernel/csv";
import { t } from "@/server/kernel/words";

const SHOWN = 20;

/** Lines that were not understood, with the reason; all of them as CSV. */
export function ProblemLines({ file }: Readonly<{ file: CdrFileRow }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().cdrImports.problems.queryOptions({ tenantSlug, importId: file.id }));
  const save = () => {
    const rows = (query.data?.items ?? []).map(({ line, column, name, reason }) => [
      String(line),
      String(column),
      name,
      reason,
    ]);
    saveText(`${file.fileName}.errors.csv`, csvForPeople([["line", "column", "name", "reason"], ...rows]));
  };
  return (
    <Section
      aside={
        <Button disabled={!query.data} onClick={save}>
          {t("Download as CSV")}
        </Button>
      }
      title={t("{n, plural, one {# line} other {# lines}} not taken", { n: file.problems })}
    >
      <QueryView query={query}>
        {({ items }) => (
          <ul className="grid">
            {items.slice(0, SHOWN).map(({ line, column, reason }) => (
              <li className="flex gap-3 border-b py-1" key={`${line}.${column}`}>
                <span className="figures w-24 shrink-0 text-ink-3">
                  {column > 0 ? t("line {line}, col. {column}", { line, column }) : t("line {line}", { line })}
                </span>
                <span className="min-w-0 break-words text-ink-2">{reason}</span>
              </li>
            ))}
            {items.length > SHOWN && (
              <li className="py-1 text-ink-3">{t("… {n} more in the CSV.", { n: items.length - SHOWN })}</li>
            )}
          </ul>
        )}
      </QueryView>
    </Section>
  );
}
