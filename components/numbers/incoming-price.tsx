import type { NumberRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ price: NumberRow["price"]; short?: boolean }>;

/** What a call to the number costs whoever looks; nothing, where no price says otherwise. */
export function IncomingPrice({ price, short }: Props) {
  if (!price) return <span className="text-ink-3">{t("free")}</span>;
  const { currency, perMinuteMicros, connectionFeeMicros, firstSeconds, nextSeconds } = price;
  const rate = <Money currency={currency} decimals={ratesDecimals([perMinuteMicros])} micros={perMinuteMicros} />;
  if (short) return rate;
  const increments = <bdi dir="ltr">{`${firstSeconds}/${nextSeconds}`}</bdi>;
  return (
    <>
      {connectionFeeMicros > 0n
        ? rich("{rate} a minute, {increments}, and {fee} a call", {
            rate,
            increments,
            fee: <Money currency={currency} micros={connectionFeeMicros} />,
          })
        : rich("{rate} a minute, {increments}", { rate, increments })}
    </>
  );
}
