"use client";

import { useScope } from "@/components/shell/scope";
import { type Zone, zoneHere } from "@/components/shell/zone";
import { zoneText } from "@/components/ui/clock-text";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ zone: Zone; onZone: (zone: Zone["of"]) => void }>;

/** On whose clock the times of all pages are shown. */
export function ZoneChoice({ zone, onZone }: Props) {
  const { tenant } = useScope();
  const clocks = [
    ["tenant", t("{zone}, the tenant’s", { zone: zoneText(tenant.timeZone) }), tenant.timeZone],
    ["mine", t("{zone}, mine", { zone: zoneText(zoneHere()) }), zoneHere()],
    ["utc", "UTC", "UTC"],
  ] as const;
  return (
    <fieldset className="grid gap-1">
      <legend className="flex w-full pb-1 text-xs font-medium text-ink-3">
        {t("Times")} <kbd className="ms-auto font-mono">T T</kbd>
      </legend>
      <div className="grid rounded-md border border-outline p-0.5">
        {clocks.map(([of, words, name]) => (
          <label
            className={cx(
              "flex min-h-7 items-center rounded-sm px-2 font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent",
              of === zone.of ? "bg-accent-soft text-ink" : "text-ink-2",
            )}
            key={of}
            title={name}
          >
            <input
              checked={of === zone.of}
              className="sr-only"
              name="zone"
              onChange={() => onZone(of)}
              type="radio"
              value={of}
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
