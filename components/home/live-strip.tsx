"use client";

import Link from "next/link";
import type { Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { Duration } from "@/components/calls/duration";
import { Caller } from "@/components/calls/parties";
import { PhoneNumber } from "@/components/calls/phone-number";
import { runningRate } from "@/components/calls/running-rate";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { useNow } from "@/components/ui/use-now";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Data = Outputs["calls"]["live"];

const MOST = 6;

/** The calls of this second, in short, and how many there may be at once where that is told. */
export function LiveStrip({ data, most }: Readonly<{ data: Data; most?: number | undefined }>) {
  const { hrefOf } = useScope();
  return (
    <Section
      aside={
        <span className="flex flex-wrap justify-end gap-x-4">
          {most !== undefined && (
            <Link className="text-ink-2 underline-offset-2 hover:underline" href={hrefOf("limits")}>
              {t("{calls} of {most} calls at once", { calls: data.items.length, most })}
            </Link>
          )}
          <Link className="text-accent underline-offset-2 hover:underline" href={hrefOf("live")}>
            {t("All live calls")}
          </Link>
        </span>
      }
      level={2}
      title={t("On the phone now")}
    >
      {data.items.length === 0 ? (
        <p className="border-y py-3 text-ink-2">{t("Nobody is on the phone.")}</p>
      ) : (
        <Calls data={data} />
      )}
    </Section>
  );
}

function Calls({ data }: Readonly<{ data: Data }>) {
  const now = useNow(data.serverNow);
  const { currency, items } = data;
  const rate = runningRate(items);
  return (
    <>
      <ul className="grid border-t">
        {items.slice(0, MOST).map((call) => (
          <li className="flex min-h-9 items-center gap-3 border-b" key={call.id}>
            <span className="w-36 truncate max-sm:hidden">
              <Caller call={call} />
            </span>
            <PhoneNumber className="min-w-0 flex-1" formatted={call.toFormatted} />
            <span className={call.answeredAt ? "" : "text-info"}>
              {call.answeredAt ? (
                <Duration seconds={(now.getTime() - call.answeredAt.getTime()) / 1_000} />
              ) : (
                t("Ringing")
              )}
            </span>
            <Money className="w-20 text-end font-medium" currency={currency} decimals={4} micros={call.costMicrosNow} />
          </li>
        ))}
      </ul>
      <p className="flex justify-between text-ink-2">
        <span>{items.length > MOST ? t("and {count} more", { count: items.length - MOST }) : ""}</span>
        {rate > 0n && (
          <span>
            {rich("{rate} a minute together", {
              rate: <Money currency={currency} decimals={4} micros={rate} />,
            })}
          </span>
        )}
      </p>
    </>
  );
}
