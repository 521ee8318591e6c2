import { brandColours, type ThemeColours } from "./brand-colour";

type Drawn = Readonly<{
  subject: string;
  /** As it is sent beside it: paragraphs with an empty line between them. */
  text: string;
  brand: Readonly<{ name: string; colour: string | null }>;
}>;

/** The house's own colour. */
export const HOUSE_COLOUR = "#2b55d3";

const signs: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? "");

/** Addresses become links; everything else is what it says. */
const linked = (text: string): string =>
  text
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?])/)
    .map((part, index) => (index % 2 === 1 ? `<a href="${escaped(part)}">${escaped(part)}</a>` : escaped(part)))
    .join("")
    .replaceAll("\n", "<br>");

const inks = {
  light: { page: "#f5f6f8", sheet: "#ffffff", ink: "#16181d", soft: "#666c79", line: "#e3e5ea" },
  dark: { page: "#0a0b0d", sheet: "#15171b", ink: "#eceef2", soft: "#8c93a1", line: "#262a31" },
} as const;

const styles = (theme: keyof typeof inks, { accent, mark }: ThemeColours): string => {
  const { page, sheet, ink, soft, line } = inks[theme];
  return `body{background:${page};color:${ink}}.sheet{background:${sheet};border-color:${line}}.top{border-color:${mark}}.name,a{color:${accent}}.foot{color:${soft}}`;
};

/**
 * A mail in a brand, for readers that draw: light and dark as the reader is, with nothing fetched from anywhere. What it says
 * is the text, word for word.
 */
export function mailHtml({ subject, text, brand }: Drawn): string {
  const { light, dark } = brandColours(brand.colour ?? HOUSE_COLOUR);
  const name = escaped(brand.name);
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((part) => `<p>${linked(part)}</p>`)
    .join("");
  const base =
    "body{margin:0;padding:24px 12px;font:14px/22px ui-sans-serif,system-ui,sans-serif}.sheet{max-width:560px;margin:0 auto;border:1px solid;border-radius:8px;overflow:hidden}.top{border-top:4px solid;padding:20px 24px 0}.name{font-weight:600;font-size:16px}.text{padding:4px 24px 12px;overflow-wrap:anywhere}.foot{padding:0 24px 20px;font-size:12px}";
  const themed = `${styles("light", light)}@media (prefers-color-scheme:dark){${styles("dark", dark)}}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escaped(subject)}</title><style>${base}${themed}</style></head><body><div class="sheet"><div class="top"><span class="name">${name}</span></div><div class="text">${paragraphs}</div><div class="foot">${name}</div></div></body></html>`;
}
