import { countOf, type ReportData } from "@/components/reports/report-words";
import { Sideways } from "@/components/ui/sideways";

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** Calls by weekday and hour: a table whose cells are shaded. The figure is in each cell for who reads, and in the tip. */
export function HeatTable({ report }: Readonly<{ report: ReportData }>) {
  const at = new Map(report.heat.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.calls]));
  const most = Math.max(1, ...report.heat.map(({ calls }) => calls));
  const busiest = report.heat.find(({ calls }) => calls === most);
  return (
    <figure className="grid min-w-0 grid-cols-1 content-start gap-1">
      <h2 className="text-xs font-semibold text-ink-2">Calls by weekday and hour</h2>
      <figcaption>
        {busiest
          ? `Busiest on ${days[busiest.weekday - 1]} at ${busiest.hour}:00, with ${countOf(most)} calls in the period.`
          : "No calls in this period."}
      </figcaption>
      <Sideways label="Calls by weekday and hour, as a table">
        <table className="w-full min-w-[27rem] table-fixed border-separate border-spacing-px text-center text-xs">
          <thead>
            <tr className="text-ink-3">
              <th className="w-9" scope="col">
                <span className="sr-only">Weekday</span>
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
                <th className="text-left font-normal text-ink-3" scope="row">
                  {day}
                </th>
                {hours.map((hour) => {
                  const calls = at.get(`${index + 1} ${hour}`) ?? 0;
                  const shade = calls === 0 ? 0 : 12 + Math.round((calls / most) * 88);
                  return (
                    <td
                      className="h-5 rounded-sm bg-sunken"
                      key={hour}
                      style={
                        shade > 0
                          ? { background: `color-mix(in srgb, var(--rf-chart-1) ${shade}%, var(--rf-sunken))` }
                          : undefined
                      }
                      title={`${day} ${hour}:00, ${countOf(calls)} calls`}
                    >
                      <span className="sr-only">{calls}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </figure>
  );
}
