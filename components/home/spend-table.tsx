import { Money } from "@/components/billing/money";
import { dayKey, dayName, type SpendDay } from "@/components/home/spend-bars";
import { t } from "@/server/kernel/words";

/** The same days as the chart, for who reads figures rather than bars. */
export function SpendTable({ days, currency }: Readonly<{ days: readonly SpendDay[]; currency: string }>) {
  return (
    <details>
      <summary className="min-h-6 text-xs text-ink-2">{t("As a table")}</summary>
      <table className="mt-1 w-full text-start text-xs">
        <thead>
          <tr className="text-ink-3">
            <th className="font-medium" scope="col">
              {t("Day")}
            </th>
            <th className="text-end font-medium" scope="col">
              {t("Calls")}
            </th>
            <th className="text-end font-medium" scope="col">
              {t("Cost")}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr className="border-t" key={dayKey(day.day)}>
              <td>{dayName(dayKey(day.day))}</td>
              <td className="figures text-end">{day.calls}</td>
              <td className="text-end">
                <Money currency={currency} micros={day.costMicros} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
