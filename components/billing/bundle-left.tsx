import type { Outputs } from "@/components/api/outputs";
import { amountOf, bundleText } from "@/components/billing/bundle-words";
import { t } from "@/server/kernel/words";

type Bundle = Outputs["bundles"]["held"]["items"][number];

/** One bundle with what is left of it in this period: used, kept by live calls, and left. */
export function BundleLeft({ bundle }: Readonly<{ bundle: Bundle }>) {
  const { unit, quantity, used, kept, remaining } = bundle;
  const share = (count: number) => `${Math.min(100, (count / quantity) * 100)}%`;
  return (
    <div className="grid gap-1">
      <p className="flex items-baseline justify-between gap-4">
        <span className="font-medium">{bundle.name}</span>
        <span className={remaining === 0 ? "figures text-warn" : "figures"}>
          {t("{amount} left", { amount: amountOf(unit, remaining) })}
        </span>
      </p>
      <svg aria-hidden="true" className="h-1.5 w-full rounded-sm" focusable="false">
        <rect className="fill-line" height="100%" width="100%" />
        <rect className="fill-accent" height="100%" width={share(used)} />
        <rect className="fill-warn" height="100%" width={share(kept)} x={share(used)} />
      </svg>
      <p className="text-xs text-ink-3">
        {kept > 0
          ? t("{used} used, {kept} kept by live calls.", { used: amountOf(unit, used), kept: amountOf(unit, kept) })
          : t("{used} used.", { used: amountOf(unit, used) })}{" "}
        {bundleText(bundle)}.
      </p>
    </div>
  );
}
