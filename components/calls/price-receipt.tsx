import { Money } from "@/components/billing/money";
import { rateDecimals } from "@/components/billing/money-text";
import { MatchedNumber } from "@/components/calls/matched-number";
import { ReceiptLines } from "@/components/calls/receipt-lines";
import { type Receipt, receiptFormula, receiptLines, receiptText, receiptTotal } from "@/components/calls/receipt-text";
import { CopyButton } from "@/components/ui/copy-button";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  receipt: Receipt;
  currency: string;
  call: Readonly<{ id: string; to: string; startedAt: Date }>;
}>;

/** The arithmetic of one call, set like a receipt: what matched, what it costs, how it was rounded, what it came to. */
export function PriceReceipt({ receipt, currency, call }: Props) {
  return (
    <div className="rounded-lg border border-dashed border-outline bg-bg px-4 py-3">
      <p className="flex items-baseline justify-between gap-3">
        <MatchedNumber prefix={receipt.prefix} to={call.to} />
        <CopyButton
          className="text-xs"
          label={t("Copy the receipt as text")}
          text={receiptText(receipt, currency, call)}
        >
          {t("Copy as text")}
        </CopyButton>
      </p>
      <p className="pb-2 text-xs text-ink-3">
        {rich("Longest matching prefix {prefix}", { prefix: <span className="font-mono">{receipt.prefix}</span> })}
      </p>
      <ReceiptLines lines={receiptLines(receipt, currency)} />
      <dl>
        <div className="mt-2 flex items-baseline justify-between gap-4 border-t border-dashed pt-2">
          <dt className="figures text-ink-2">
            <bdi>{receiptFormula(receipt, currency)}</bdi>
          </dt>
          <dd>
            <Money
              className="text-lg font-semibold"
              currency={currency}
              decimals={rateDecimals(receiptTotal(receipt))}
              micros={receiptTotal(receipt)}
            />
          </dd>
        </div>
      </dl>
    </div>
  );
}
