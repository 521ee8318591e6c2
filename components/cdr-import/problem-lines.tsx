"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { CdrFileRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { saveText } from "@/components/ui/save-text";
import { Section } from "@/components/ui/section";
import { csvForPeople } from "@/server/kernel/csv";

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
          Download as CSV
        </Button>
      }
      title={`${countText(file.problems, "lines")} not taken`}
    >
      <QueryView query={query}>
        {({ items }) => (
          <ul className="grid">
            {items.slice(0, SHOWN).map(({ line, column, reason }) => (
              <li className="flex gap-3 border-b py-1" key={`${line}.${column}`}>
                <span className="figures w-24 shrink-0 text-ink-3">
                  line {line}
                  {column > 0 && `, col. ${column}`}
                </span>
                <span className="min-w-0 break-words text-ink-2">{reason}</span>
              </li>
            ))}
            {items.length > SHOWN && <li className="py-1 text-ink-3">… {items.length - SHOWN} more in the CSV.</li>}
          </ul>
        )}
      </QueryView>
    </Section>
  );
}
