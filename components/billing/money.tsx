import { exactMoneyText, moneyText } from "@/components/billing/money-text";

type Props = Readonly<{
  micros: bigint;
  currency: string;
  decimals?: number | undefined;
  bare?: boolean;
  signed?: boolean;
  className?: string;
}>;

/** An amount of money: equal digit widths, a true minus, and the exact amount with its currency in the tooltip. */
export function Money({ micros, currency, decimals, bare, signed, className = "" }: Props) {
  const style = {
    ...(decimals === undefined ? {} : { decimals }),
    ...(bare ? { bare } : {}),
    ...(signed ? { signed } : {}),
  };
  return (
    <span className={`figures whitespace-nowrap ${className}`} title={exactMoneyText(micros, currency)}>
      {moneyText(micros, currency, style)}
    </span>
  );
}
