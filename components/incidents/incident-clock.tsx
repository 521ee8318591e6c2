"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { Moment } from "@/components/shell/moment";
import { useNow } from "@/components/ui/use-now";

type Props = Readonly<{ clock: IncidentDetail["clocks"]["acknowledge"]; now: Date }>;

/** When something had to be done, or was: it turns red by itself when the time is over. */
export function IncidentClock({ clock, now: serverNow }: Props) {
  const now = useNow(serverNow);
  const { dueAt, metAt } = clock;
  const late = (metAt ?? now) > dueAt;
  if (metAt) {
    return (
      <span>
        <Moment at={metAt} full />
        {late && <span className="text-warn"> · late</span>}
      </span>
    );
  }
  return (
    <span className={late ? "font-medium text-bad" : undefined}>
      {late ? "Overdue since " : "Until "}
      <Moment at={dueAt} full />
    </span>
  );
}
