import { useId } from "react";

import { heldShare } from "@/components/billing/held-share";
import { Money } from "@/components/billing/money";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  balance: Readonly<{ currency: string; postedMicros: bigint; heldMicros: bigint; availableMicros: bigint }>;
  /** On the balance page the available figure is the one the page is about. */
  large?: boolean;
}>;

/** One bar: what is free, and hatched what live calls hold. The words under it say the same without the picture. */
export function BalanceBar({ balance, large }: Props) {
  const hatch = useId();
  const { currency, postedMicros, heldMicros, availableMicros } = balance;
  const held = heldShare(postedMicros, heldMicros);
  const free = availableMicros > 0n ? 100 - held : 0;
  const figures = [
    { label: t("Available"), micros: availableMicros, mark: "bg-accent", sum: false },
    { label: t("Reserved by live calls"), micros: heldMicros, mark: "rf-hatch-mark", sum: false },
    { label: t("Settled"), micros: postedMicros, mark: "", sum: true },
  ];
  return (
    <div className="grid gap-3">
      {large && (
        <p className="grid gap-1">
          <span className="text-ink-3">{t("Available")}</span>
          <Money className="text-4xl font-semibold tracking-tight" currency={currency} micros={availableMicros} />
        </p>
      )}
      <svg aria-hidden="true" className="h-3 w-full rounded-sm text-accent" focusable="false">
        <defs>
          <pattern height="6" id={hatch} patternTransform="rotate(45)" patternUnits="userSpaceOnUse" width="6">
            <rect fill="currentColor" height="6" width="2.5" />
          </pattern>
        </defs>
        <rect className="fill-line" height="100%" width="100%" />
        <rect className="fill-accent" height="100%" width={`${free}%`} />
        {held > 0 && <rect fill={`url(#${hatch})`} height="100%" width={`${held}%`} x={`${free}%`} />}
      </svg>
      <dl className="grid gap-1">
        {figures.map((figure) => (
          <div className={cx("flex items-center gap-2", figure.sum && "border-t pt-1")} key={figure.label}>
            <dt className="flex flex-1 items-center gap-2 text-ink-2">
              <span aria-hidden="true" className={cx("size-2.5 rounded-sm", figure.mark)} />
              {figure.label}
            </dt>
            <dd>
              <Money currency={currency} micros={figure.micros} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
