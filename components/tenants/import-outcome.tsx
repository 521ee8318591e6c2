"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { outcomeCsv } from "@/components/tenants/import-words";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { saveText } from "@/components/ui/save-text";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** What became of the file, once the job is over or stopped. */
export function ImportOutcome({ importId }: Readonly<{ importId: string }>) {
  const { tenantSlug } = useScope();
  const result = useQuery(useTRPC().tenantImports.result.queryOptions({ tenantSlug, tenantImportId: importId }));
  return (
    <QueryView query={result}>
      {(data) => (
        <div className="grid gap-3">
          <Notice
            title={t("{count, plural, one {# tenant made.} other {# tenants made.}}", { count: data.made })}
            tone={data.refused + data.waiting === 0 ? "ok" : "warn"}
          >
            {[
              data.refused > 0 &&
                t("Refused: {count}. Correct those rows and send the file again.", { count: data.refused }),
              data.waiting > 0 &&
                t("Not made yet: {count}. Let the job go on, or send the file again.", { count: data.waiting }),
              t("Their owners get an invitation by mail, where mail goes out."),
            ]
              .filter((sentence) => sentence !== false)
              .join(" ")}
          </Notice>
          <ul className="grid gap-1">
            {data.lines
              .filter(({ problem }) => problem !== null)
              .slice(0, 50)
              .map(({ line, slug, problem }) => (
                <li className="break-words" key={line}>
                  {rich("Line {line}, <code>{slug}</code>: {problem}", {
                    line,
                    slug,
                    problem,
                    code: (text) => <code>{text}</code>,
                  })}
                </li>
              ))}
          </ul>
          <div>
            <Button onClick={() => saveText("import.csv", outcomeCsv(data))}>{t("Save the outcome as CSV")}</Button>
          </div>
        </div>
      )}
    </QueryView>
  );
}
