"use client";

import type { ReactNode } from "react";

import { Icon } from "@/components/ui/icon";
import { useListLook } from "@/components/ui/list-look";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

/** A column that can be hidden, by its name as the look keeps it. */
export type Choice = Readonly<{ name: string; header: string }>;

/** Which columns of a list are shown, and how close its rows stand: kept in this browser. It stands over the heads and takes no room. */
export function ColumnsMenu({ choices }: Readonly<{ choices: readonly Choice[] }>) {
  const { compact, hidden, onChange } = useListLook();
  return (
    <div className="sticky top-12 z-20 flex h-0 justify-end max-sm:hidden">
      <Popover
        align="end"
        className="w-60"
        label={t("Columns and rows")}
        trigger={<Icon name="settings" />}
        triggerClass="inline-flex mt-1 size-6 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-sunken hover:text-ink"
      >
        {() => (
          <div className="grid gap-2 p-2">
            <fieldset>
              <legend className="pb-1 text-xs font-medium text-ink-3">{t("Columns")}</legend>
              {choices.map(({ name, header }) => (
                <Choose
                  checked={!hidden.includes(name)}
                  key={name}
                  onChange={(shown) =>
                    onChange({ hidden: shown ? hidden.filter((one) => one !== name) : [...hidden, name] })
                  }
                >
                  {header}
                </Choose>
              ))}
            </fieldset>
            <div className="border-t pt-2">
              <Choose checked={compact} onChange={(close) => onChange({ compact: close })}>
                {t("Rows closer together, in all lists")}
              </Choose>
            </div>
            <p className="text-xs text-ink-3">{t("Files have all columns.")}</p>
          </div>
        )}
      </Popover>
    </div>
  );
}

type ChooseProps = Readonly<{ checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }>;

const Choose = ({ checked, onChange, children }: ChooseProps) => (
  <label className="flex min-h-8 items-center gap-2">
    <input
      checked={checked}
      className="size-4 accent-accent"
      onChange={({ target }) => onChange(target.checked)}
      type="checkbox"
    />
    {children}
  </label>
);
