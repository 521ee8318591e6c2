"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { outcomeCsv } from "@/components/tenants/import-words";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { saveText } from "@/components/ui/save-text";

/** What became of the file, once the job is over or stopped. */
export function ImportOutcome({ importId }: Readonly<{ importId: string }>) {
  const { tenantSlug } = useScope();
  const result = useQuery(useTRPC().tenantImports.result.queryOptions({ tenantSlug, tenantImportId: importId }));
  return (
    <QueryView query={result}>
      {(data) => (
        <div className="grid gap-3">
          <Notice
            title={data.made === 1 ? "1 tenant made." : `${data.made} tenants made.`}
            tone={data.refused + data.waiting === 0 ? "ok" : "warn"}
          >
            {data.refused > 0 && `Refused: ${data.refused}. Correct those rows and send the file again. `}
            {data.waiting > 0 && `Not made yet: ${data.waiting}. Let the job go on, or send the file again. `}
            Their owners get an invitation by mail, where mail goes out.
          </Notice>
          <ul className="grid gap-1">
            {data.lines
              .filter(({ problem }) => problem !== null)
              .slice(0, 50)
              .map(({ line, slug, problem }) => (
                <li className="break-words" key={line}>
                  Line {line}, <code>{slug}</code>: {problem}
                </li>
              ))}
          </ul>
          <div>
            <Button onClick={() => saveText("import.csv", outcomeCsv(data))}>Save the outcome as CSV</Button>
          </div>
        </div>
      )}
    </QueryView>
  );
}
