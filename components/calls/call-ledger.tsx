import type { CallDetail } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { Moment } from "@/components/shell/moment";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ lines: CallDetail["ledger"]; currency: string }>;

/** What the call did to the balance, line by line. */
export function CallLedger({ lines, currency }: Props) {
  const decimals = columnDecimals(
    lines.flatMap((line) => [line.amountMicros, line.balanceAfterMicros]),
    currency,
  );
  return (
    <Section title={t("In the ledger")}>
      <table className="w-full text-start">
        <thead>
          <tr className="text-xs text-ink-3">
            <th className="h-7 border-b font-medium" scope="col">
              {t("Time")}
            </th>
            <th className="border-b text-end font-medium" scope="col">
              {t("Amount")}
            </th>
            <th className="border-b text-end font-medium" scope="col">
              {t("Balance after")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr className="h-8 border-b" key={`${line.id} ${line.amountMicros}`}>
              <td>
                <Moment at={line.at} />
              </td>
              <td className="text-end">
                <Money currency={currency} decimals={decimals} micros={line.amountMicros} signed />
              </td>
              <td className="text-end">
                <Money currency={currency} decimals={decimals} micros={line.balanceAfterMicros} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
