import Link from "next/link";

import type { Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Balance = Outputs["billing"]["balance"];

/** Today's spending against the cap that stops it. */
export function DailyCap({ balance }: Readonly<{ balance: Balance }>) {
  const { hrefOf } = useScope();
  const { currency, dailyCapMicros: cap, spentTodayMicros: spent } = balance;
  const share = cap && cap > 0n ? Math.min(100, Number((spent * 100n) / cap)) : 0;
  return (
    <Section
      aside={
        <Link className="rounded-sm font-medium text-accent" href={hrefOf("limits")}>
          {t("Limits")}
        </Link>
      }
      level={2}
      title={t("Spent today")}
    >
      <p className="flex items-baseline gap-2">
        <Money className="text-xl font-semibold" currency={currency} micros={spent} />
        {cap !== null && (
          <span className="text-ink-2">{rich("of {cap}", { cap: <Money currency={currency} micros={cap} /> })}</span>
        )}
      </p>
      {cap === null ? (
        <p className="text-ink-2">{t("No daily cap. Spending stops only where the credit ends.")}</p>
      ) : (
        <>
          <svg aria-hidden="true" className="h-1.5 w-full rounded-sm" focusable="false">
            <rect className="fill-line" height="100%" width="100%" />
            <rect
              className={share >= 90 ? "fill-bad" : share >= 75 ? "fill-warn" : "fill-accent"}
              height="100%"
              width={`${share}%`}
            />
          </svg>
          <p className="text-ink-2">
            {t("New calls are refused at the cap, until midnight. Emergency numbers always pass.")}
          </p>
        </>
      )}
    </Section>
  );
}
