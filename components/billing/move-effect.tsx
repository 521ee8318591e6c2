import { Money } from "@/components/billing/money";
import { t } from "@/server/kernel/words";

type Row = Readonly<{ name: string; before: bigint; after: bigint }>;

/** Both wallets before and after, so that the effect is seen before it happens. */
export function MoveEffect({ rows, currency }: Readonly<{ rows: readonly Row[]; currency: string }>) {
  return (
    <table className="w-full text-start">
      <caption className="sr-only">{t("Effect on the available credit")}</caption>
      <thead>
        <tr className="text-xs text-ink-3">
          <th className="h-7 border-b font-medium" scope="col">
            {t("Available")}
          </th>
          <th className="border-b text-end font-medium" scope="col">
            {t("Before")}
          </th>
          <th className="border-b text-end font-medium" scope="col">
            {t("After")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr className="h-8 border-b" key={row.name}>
            <th className="font-normal" scope="row">
              {row.name}
            </th>
            <td className="text-end text-ink-2">
              <Money currency={currency} micros={row.before} />
            </td>
            <td className="text-end">
              <Money
                className={row.after < 0n ? "font-medium text-bad" : "font-medium"}
                currency={currency}
                micros={row.after}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
