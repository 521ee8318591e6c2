import { Section } from "@/components/ui/section";
import {
  brandColours,
  contrast,
  GRAPHICS_CONTRAST,
  grounds,
  type Hex,
  TEXT_CONTRAST,
} from "@/server/kernel/brand-colour";
import { numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

const ratioText = (value: number): string =>
  t("{ratio} to 1", {
    ratio: numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(Math.floor(value * 10) / 10),
  });

/** What became of the colour on each ground, and why. */
export function ContrastReport({ colour }: Readonly<{ colour: Hex }>) {
  const colours = brandColours(colour);
  return (
    <Section level={2} title={t("What your colour becomes")}>
      <ul className="grid gap-3">
        {(["light", "dark"] as const).map((theme) => (
          <li className="grid gap-1" key={theme}>
            <span className="flex flex-wrap items-center gap-2">
              <Swatch colour={colours[theme].mark} label={t("Marks")} />
              <Swatch colour={colours[theme].accent} label={t("Text and buttons")} />
              <Swatch colour={colours[theme].soft} label={t("Tint")} />
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
  const ratio = ratioText(contrast(colour, surface));
  if (accent === colour)
    return t(
      "{theme, select, light {On light pages} other {On dark pages}} your colour reads well ({ratio}), so it is used as it is.",
      { theme, ratio },
    );
  const text = accent.toUpperCase();
  const better = ratioText(contrast(accent, surface));
  if (mark === colour)
    return t(
      "{theme, select, light {On light pages} other {On dark pages}} text in your colour is too faint ({ratio}, not {wanted}); marks keep it, text and buttons use {text} ({better}).",
      { theme, ratio, wanted: TEXT_CONTRAST, text, better },
    );
  return t(
    "{theme, select, light {On light pages} other {On dark pages}} your colour is too faint ({ratio}, not {wanted}); marks use {mark}, text and buttons use {text} ({better}).",
    { theme, ratio, wanted: GRAPHICS_CONTRAST, mark: mark.toUpperCase(), text, better },
  );
}
