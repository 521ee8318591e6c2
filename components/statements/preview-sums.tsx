import type { Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { exactDecimals } from "@/components/billing/money-text";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Preview = Outputs["statements"]["preview"];
type Props = Readonly<{ preview: Preview; closing: string; across?: boolean }>;

/** Opening, what moved, closing: a sum from top to bottom, or `across` where there is room for that. */
export function PreviewSums({ preview, closing, across }: Props) {
  const { currency, openingMicros, chargedMicros, taxMicros, otherMicros, closingMicros } = preview;
  const isTold = chargedMicros !== null && taxMicros !== null && otherMicros !== null;
  const moved = isTold
    ? ([
        [t("Calls"), chargedMicros],
        [t("Tax"), taxMicros],
        [t("Other"), otherMicros],
      ] as const)
    : ([[t("Movements"), closingMicros - openingMicros]] as const);
  const parts = [[t("Opening"), openingMicros] as const, ...moved, [closing, closingMicros] as const];
  const decimals = exactDecimals(
    parts.map(([, amount]) => amount),
    currency,
  );
  return (
    <dl className={cx("grid grid-cols-[auto_1fr] gap-x-6 gap-y-1", across && "sm:flex sm:flex-wrap sm:gap-x-8")}>
      {parts.map(([label, amount], place) => (
        <div className={cx("col-span-2 grid grid-cols-subgrid", across && "sm:block")} key={label}>
          <dt className="text-ink-3">{label}</dt>
          <dd
            className={cx(
              across ? "max-sm:text-end" : "text-end",
              (place === 0 || place === parts.length - 1) && "font-medium",
            )}
          >
            <Money
              bare
              currency={currency}
              decimals={decimals}
              micros={amount}
              signed={place > 0 && place < parts.length - 1}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
