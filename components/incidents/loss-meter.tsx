"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { lossNow } from "@/components/incidents/loss-now";
import { Moment } from "@/components/shell/moment";
import { useNow } from "@/components/ui/use-now";
import { rich } from "@/components/words/rich";

type Props = Readonly<{ losses: IncidentDetail["losses"]; now: Date }>;

/** What an incident has cost and costs now, once a second; a line per currency. */
export function LossMeter({ losses, now: serverNow }: Props) {
  const now = useNow(serverNow);
  return (
    <div className="grid gap-1" data-loss="">
      {losses.map((loss) => {
        const { currency, live, perMinuteMicros, since } = loss;
        const { spentMicros, riskMicros } = lossNow(loss, now.getTime() - serverNow.getTime());
        const spent = <Money className="font-medium" currency={currency} micros={spentMicros} />;
        return (
          <p className={live > 0 ? "text-bad" : undefined} key={currency}>
            {live > 0
              ? rich("{spent} spent, {risk} at risk, {rate} per minute now", {
                  spent,
                  risk: <Money className="font-medium" currency={currency} micros={riskMicros} />,
                  rate: <Money className="font-medium" currency={currency} micros={perMinuteMicros} />,
                })
              : rich("{spent} spent since {since}; no call goes on", { spent, since: <Moment at={since} /> })}
          </p>
        );
      })}
    </div>
  );
}
