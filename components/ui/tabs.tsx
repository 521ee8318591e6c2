"use client";

import { type KeyboardEvent, type ReactNode, useId, useState } from "react";

import { cx } from "@/components/ui/cx";

export type Tab = Readonly<{ key: string; label: string; content: ReactNode }>;

/** One row of tabs; arrows move between them, as the pattern for tabs asks. */
export function Tabs({ label, tabs }: Readonly<{ label: string; tabs: readonly Tab[] }>) {
  const id = useId();
  const [chosen, setChosen] = useState(0);

  function move(event: KeyboardEvent<HTMLDivElement>) {
    const onwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = event.key === onwards ? 1 : event.key === "ArrowRight" || event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (chosen + step + tabs.length) % tabs.length;
    setChosen(next);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  }

  return (
    <div>
      <div aria-label={label} className="flex gap-4 border-b" onKeyDown={move} role="tablist" tabIndex={-1}>
        {tabs.map((tab, index) => (
          <button
            aria-controls={`${id}-panel`}
            aria-selected={index === chosen}
            className={cx(
              "-mb-px min-h-8 border-b-2 font-medium",
              index === chosen ? "border-accent text-ink" : "border-transparent text-ink-2 hover:text-ink",
            )}
            id={`${id}-${tab.key}`}
            key={tab.key}
            onClick={() => setChosen(index)}
            role="tab"
            tabIndex={index === chosen ? 0 : -1}
            type="button"
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div aria-labelledby={`${id}-${tabs[chosen]?.key}`} className="pt-4" id={`${id}-panel`} role="tabpanel">
        {tabs[chosen]?.content}
      </div>
    </div>
  );
}
