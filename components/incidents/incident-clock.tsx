"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { Moment } from "@/components/shell/moment";
import { useNow } from "@/components/ui/use-now";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

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
        {late && <span className="text-warn"> {t("· late")}</span>}
      </span>
    );
  }
  return (
    <span className={late ? "font-medium text-bad" : undefined}>
      {rich(late ? "Overdue since {at}" : "Until {at}", { at: <Moment at={dueAt} full /> })}
    </span>
  );
}
