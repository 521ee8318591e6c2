import type { ReportData } from "@/components/reports/report-words";
import { Sideways } from "@/components/ui/sideways";
import { dateFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** Monday to Sunday; the first of January 2024 was a Monday. */
const weekdays = (): readonly string[] =>
  Array.from({ length: 7 }, (_, index) =>
    dateFormat({ timeZone: "UTC", weekday: "short" }).format(new Date(Date.UTC(2024, 0, 1 + index))),
  );
const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** Calls by weekday and hour: a table whose cells are shaded. The figure is in each cell for who reads, and in the tip. */
export function HeatTable({ report }: Readonly<{ report: ReportData }>) {
  const days = weekdays();
  const at = new Map(report.heat.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.calls]));
  const most = Math.max(1, ...report.heat.map(({ calls }) => calls));
  const busiest = report.heat.find(({ calls }) => calls === most);
  return (
    <figure className="grid min-w-0 grid-cols-1 content-start gap-1">
      <h2 className="text-xs font-semibold text-ink-2">{t("Calls by weekday and hour")}</h2>
      <figcaption>
        {busiest
          ? t("Busiest on {day} at {hour}:00, with {calls, plural, one {# call} other {# calls}} in the period.", {
              day: days[busiest.weekday - 1] ?? "",
              hour: busiest.hour,
              calls: most,
            })
          : t("No calls in this period.")}
      </figcaption>
      <Sideways label={t("Calls by weekday and hour, as a table")}>
        <table className="w-full min-w-[27rem] table-fixed border-separate border-spacing-px text-center text-xs">
          <thead>
            <tr className="text-ink-3">
              <th className="w-9" scope="col">
                <span className="sr-only">{t("Weekday")}</span>
              </th>
              {hours.map((hour) => (
                <th className="font-normal" key={hour} scope="col">
                  <span className={hour % 3 === 0 ? "" : "sr-only"}>{hour}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, index) => (
              <tr key={day}>
                <th className="text-start font-normal text-ink-3" scope="row">
                  {day}
                </th>
                {hours.map((hour) => (
                  <Cell calls={at.get(`${index + 1} ${hour}`) ?? 0} day={day} hour={hour} key={hour} most={most} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </figure>
  );
}

type CellProps = Readonly<{ day: string; hour: number; calls: number; most: number }>;

function Cell({ day, hour, calls, most }: CellProps) {
  const shade = calls === 0 ? 0 : 12 + Math.round((calls / most) * 88);
  return (
    <td
      className="h-5 rounded-sm bg-sunken"
      style={
        shade > 0 ? { background: `color-mix(in srgb, var(--rf-chart-1) ${shade}%, var(--rf-sunken))` } : undefined
      }
      title={t("{day} {hour}:00, {calls, plural, one {# call} other {# calls}}", { day, hour, calls })}
    >
      <span className="sr-only">{calls}</span>
    </td>
  );
}
