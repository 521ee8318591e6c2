import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ rows?: number; label?: string; className?: string }>;

/** Holds the place of rows that are on their way; it shows itself only after 200 ms. */
export function Skeleton({ rows = 8, label = t("Loading"), className }: Props) {
  return (
    <div className={cx("late", className)} role="status">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
        <div aria-hidden="true" className="flex h-9 items-center gap-6 border-b" key={key}>
          <span className="h-2.5 w-24 rounded-sm bg-line" />
          <span className="h-2.5 w-32 rounded-sm bg-line" />
          <span className="h-2.5 flex-1 rounded-sm bg-sunken" />
          <span className="h-2.5 w-16 rounded-sm bg-line" />
        </div>
      ))}
    </div>
  );
}
