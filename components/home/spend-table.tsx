import { Money } from "@/components/billing/money";
import { dayKey, dayName, type SpendDay } from "@/components/home/spend-bars";

/** The same days as the chart, for who reads figures rather than bars. */
export function SpendTable({ days, currency }: Readonly<{ days: readonly SpendDay[]; currency: string }>) {
  return (
    <details>
      <summary className="min-h-6 text-xs text-ink-2">As a table</summary>
      <table className="mt-1 w-full text-left text-xs">
        <thead>
          <tr className="text-ink-3">
            <th className="font-medium" scope="col">
              Day
            </th>
            <th className="text-right font-medium" scope="col">
              Calls
            </th>
            <th className="text-right font-medium" scope="col">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr className="border-t" key={dayKey(day.day)}>
              <td>{dayName(dayKey(day.day))}</td>
              <td className="figures text-right">{day.calls}</td>
              <td className="text-right">
                <Money currency={currency} micros={day.costMicros} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
