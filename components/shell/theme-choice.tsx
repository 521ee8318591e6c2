"use client";

import { cx } from "@/components/ui/cx";
import { type Message, msg, say, t } from "@/server/kernel/words";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const words: Record<Theme, Message> = {
  system: msg("theme|System"),
  light: msg("theme|Light"),
  dark: msg("theme|Dark"),
};

type Props = Readonly<{ theme: Theme; onTheme: (theme: Theme) => void }>;

export function ThemeChoice({ theme, onTheme }: Props) {
  return (
    <fieldset className="grid gap-1">
      <legend className="pb-1 text-xs font-medium text-ink-3">{t("Theme")}</legend>
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
            {say(words[each])}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
