"use client";

import { cx } from "@/components/ui/cx";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const words: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

type Props = Readonly<{ theme: Theme; onTheme: (theme: Theme) => void }>;

export function ThemeChoice({ theme, onTheme }: Props) {
  return (
    <fieldset className="grid gap-1">
      <legend className="pb-1 text-xs font-medium text-ink-3">Theme</legend>
      <div className="grid grid-cols-3 rounded-md border border-outline p-0.5">
        {themes.map((each) => (
          <label
            className={cx(
              "flex min-h-7 items-center justify-center rounded-sm font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent",
              each === theme ? "bg-accent-soft text-ink" : "text-ink-2",
            )}
            key={each}
          >
            <input
              checked={each === theme}
              className="sr-only"
              name="theme"
              onChange={() => onTheme(each)}
              type="radio"
              value={each}
            />
            {words[each]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
