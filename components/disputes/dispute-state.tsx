import { stateWords } from "@/components/disputes/dispute-words";
import { cx } from "@/components/ui/cx";
import type { DisputeState as State } from "@/server/domain/disputes/dispute-kinds.schema";

const inks = { info: "text-ink-2", ok: "text-ok", warn: "text-warn", bad: "text-bad" } as const;

/** Where a dispute stands, in a word. */
export function DisputeState({ state }: Readonly<{ state: State }>) {
  const { word, tone } = stateWords(state);
  return <span className={cx("font-medium whitespace-nowrap", inks[tone])}>{word}</span>;
}
