import { Section } from "@/components/ui/section";
import {
  brandColours,
  contrast,
  GRAPHICS_CONTRAST,
  grounds,
  type Hex,
  TEXT_CONTRAST,
} from "@/server/kernel/brand-colour";

const ratio = (value: number): string => `${(Math.floor(value * 10) / 10).toFixed(1)} to 1`;

/** What became of the colour on each ground, and why. */
export function ContrastReport({ colour }: Readonly<{ colour: Hex }>) {
  const colours = brandColours(colour);
  return (
    <Section level={2} title="What your colour becomes">
      <ul className="grid gap-3">
        {(["light", "dark"] as const).map((theme) => (
          <li className="grid gap-1" key={theme}>
            <span className="flex flex-wrap items-center gap-2">
              <Swatch colour={colours[theme].mark} label="Marks" />
              <Swatch colour={colours[theme].accent} label="Text and buttons" />
              <Swatch colour={colours[theme].soft} label="Tint" />
            </span>
            <span className="text-ink-2">{sentenceOf(colour, theme)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Swatch({ colour, label }: Readonly<{ colour: Hex; label: string }>) {
  return (
    <span className="inline-flex items-center gap-1.5 text-xs">
      <span aria-hidden="true" className="size-4 rounded-sm border" style={{ background: colour }} />
      {label} <code>{colour.toUpperCase()}</code>
    </span>
  );
}

function sentenceOf(colour: Hex, theme: "light" | "dark"): string {
  const { accent, mark } = brandColours(colour)[theme];
  const [, surface = "#ffffff"] = grounds[theme].planes;
  const is = ratio(contrast(colour, surface));
  const on = theme === "light" ? "On light pages" : "On dark pages";
  if (accent === colour) return `${on} your colour reads well (${is}), so it is used as it is.`;
  const text = `text and buttons use ${accent.toUpperCase()} (${ratio(contrast(accent, surface))})`;
  if (mark === colour)
    return `${on} text in your colour is too faint (${is}, not ${TEXT_CONTRAST}); marks keep it, ${text}.`;
  return `${on} your colour is too faint (${is}, not ${GRAPHICS_CONTRAST}); marks use ${mark.toUpperCase()}, ${text}.`;
}
