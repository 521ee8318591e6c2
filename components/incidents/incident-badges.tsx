import { severityWords, stateWords } from "@/components/incidents/incident-words";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import type { Severity as Level, IncidentState as State } from "@/server/domain/incidents/incident.schema";

const inks = { info: "text-ink-2", ok: "text-ok", warn: "text-warn", bad: "text-bad" } as const;

/** How bad an incident is: a word, and a sign where it is urgent, so that it is not told by colour alone. */
export function Severity({ severity }: Readonly<{ severity: Level }>) {
  const { word, ink } = severityWords(severity);
  const urgent = severity === "critical" || severity === "high";
  return (
    <span className={cx("inline-flex items-center gap-1.5 font-medium whitespace-nowrap", inks[ink])}>
      {urgent && <Icon name="alert" />}
      {word}
    </span>
  );
}

export function IncidentState({ state }: Readonly<{ state: State }>) {
  const { word, ink } = stateWords(state);
  return <span className={cx("font-medium whitespace-nowrap", inks[ink])}>{word}</span>;
}
