import type { NumberRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";

type Props = Readonly<{ price: NumberRow["price"]; short?: boolean }>;

/** What a call to the number costs whoever looks; nothing, where no price says otherwise. */
export function IncomingPrice({ price, short }: Props) {
  if (!price) return <span className="text-ink-3">free</span>;
  const { currency, perMinuteMicros, connectionFeeMicros, firstSeconds, nextSeconds } = price;
  const rate = <Money currency={currency} decimals={ratesDecimals([perMinuteMicros])} micros={perMinuteMicros} />;
  if (short) return rate;
  return (
    <>
      {rate} a minute, {firstSeconds}/{nextSeconds}
      {connectionFeeMicros > 0n && (
        <>
          , and <Money currency={currency} micros={connectionFeeMicros} /> a call
        </>
      )}
    </>
  );
}
