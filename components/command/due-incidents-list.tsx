"use client";

import Link from "next/link";

import type { Outputs } from "@/components/api/outputs";
import { dueWords } from "@/components/command/command-words";
import { Severity } from "@/components/incidents/incident-badges";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

type Incidents = Outputs["incidents"]["due"];

/** What is due next, those that nobody has taken first and the oldest of them on top. */
export function DueIncidentsList({ incidents }: Readonly<{ incidents: Incidents }>) {
  const { hrefOf } = useScope();
  const now = useNow(incidents.now);
  if (incidents.items.length === 0) {
    return (
      <p className="border-y py-3 text-ink-2">
        {t("No incident needs anybody. What the rules mind opens one by itself.")}
      </p>
    );
  }
  return (
    <div className="grid gap-1">
      <ol className="grid border-t">
        {incidents.items.map((incident) => {
          const { text, late } = dueWords(incident, now);
          return (
            <li className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-0.5 border-b py-1.5" key={incident.id}>
              <Severity severity={incident.severity} />
              <Link
                className="min-w-0 flex-1 basis-48 truncate font-medium underline-offset-2 hover:underline"
                href={`${hrefOf("incidents")}?open=${incident.id}`}
              >
                {incident.title}
              </Link>
              <span className={cx("figures whitespace-nowrap", late ? "font-medium text-bad" : "text-ink-2")}>
                {text}
              </span>
            </li>
          );
        })}
      </ol>
      {incidents.active > incidents.items.length && (
        <p className="text-ink-2">
          {t("and {n, plural, one {# more that is not over} other {# more that are not over}}", {
            n: incidents.active - incidents.items.length,
          })}
        </p>
      )}
    </div>
  );
}
