import type { Look } from "@/components/pbx/pbx-words";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

const looks = {
  well: { ink: "text-ok", icon: "check" },
  ill: { ink: "text-bad", icon: "alert" },
  off: { ink: "text-ink-3", icon: "more" },
} as const;

/** A state as shape, word and colour. */
export function LookMark({ look: { word, health } }: Readonly<{ look: Look }>) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 font-medium", looks[health].ink)}>
      <Icon name={looks[health].icon} />
      {word}
    </span>
  );
}
