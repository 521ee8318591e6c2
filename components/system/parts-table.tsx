import type { Health, Part } from "@/components/system/system-words";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

const looks: Readonly<Record<Health, { ink: string; icon: "check" | "alert" | "more" }>> = {
  well: { ink: "text-ok", icon: "check" },
  ill: { ink: "text-bad", icon: "alert" },
  off: { ink: "text-ink-3", icon: "more" },
};

/** One line per part: its name, its state as shape, word and colour, and the facts behind it. */
export function PartsTable({ parts }: Readonly<{ parts: readonly Part[] }>) {
  return (
    <table className="w-full border-collapse text-start max-sm:block sm:max-w-4xl">
      <caption className="sr-only">{t("Parts of the system")}</caption>
      <tbody className="max-sm:block">
        {parts.map(({ name, health, state, detail }) => (
          <tr className="border-b align-top max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:py-1" key={name}>
            <th className="py-1.5 pe-3 font-medium sm:w-44" scope="row">
              {name}
            </th>
            <td className={cx("py-1.5 whitespace-nowrap sm:w-px sm:pe-5", looks[health].ink)}>
              <span className="inline-flex items-center gap-1.5">
                <Icon name={looks[health].icon} />
                {state}
              </span>
            </td>
            <td className="py-1.5 text-ink-2 max-sm:col-span-2 max-sm:pt-0" suppressHydrationWarning>
              {detail}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
