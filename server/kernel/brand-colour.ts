/** A colour as #rrggbb, in small letters. */
export type Hex = string;

/** What a colour becomes on one of the two grounds. */
export type ThemeColours = Readonly<{
  /** Of text and of filled buttons: at least 4.5 to every plane it stands on. */
  accent: Hex;
  /** Of text on the accent: at least 4.5. */
  onAccent: Hex;
  /** The accent while it is pointed at. */
  hover: Hex;
  /** A plane in a tint of the colour; text and accent are readable on it. */
  soft: Hex;
  /** Of marks and of the ring around what has the focus: at least 3 to every plane, and as near to the given colour as that allows. */
  mark: Hex;
}>;

export type BrandColours = Readonly<{ light: ThemeColours; dark: ThemeColours }>;

export const TEXT_CONTRAST = 4.5;
export const GRAPHICS_CONTRAST = 3;

type Theme = keyof BrandColours;
type Triple = readonly [number, number, number];
type Lch = Readonly<{ l: number; c: number; h: number }>;

/** The planes and inks of globals.css; a test compares the two. */
export const grounds: Readonly<Record<Theme, Readonly<{ planes: readonly Hex[]; ink: Hex; paper: Hex }>>> = {
  light: { planes: ["#fcfcfd", "#ffffff", "#f5f6f8"], ink: "#16181d", paper: "#ffffff" },
  dark: { planes: ["#0e0f12", "#15171b", "#0a0b0d"], ink: "#eceef2", paper: "#0e0f12" },
};

const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

/** A typed colour as #rrggbb; undefined when it is none. Three digits are understood as on web pages. */
export function readHex(text: string): Hex | undefined {
  const [, digits] = HEX.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const six = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return `#${six.toLowerCase()}`;
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const encoded = (part: number): number => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055);

function linearOf(hex: Hex): Triple {
  const part = (at: number) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [part(1), part(3), part(5)];
}

const luminance = (hex: Hex): number => {
  const [r, g, b] = linearOf(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** How well two colours are told apart, as WCAG counts it: from 1 to 21. */
export function contrast(a: Hex, b: Hex): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** By lightness, strength and hue as eyes see them (OKLCH), so that a darker tint keeps its hue. */
function lchOf(hex: Hex): Lch {
  const [r, g, b] = linearOf(hex);
  const x = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const y = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const z = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const l = 0.2104542553 * x + 0.793617785 * y - 0.0040720468 * z;
  const [a, q] = [
    1.9779984951 * x - 2.428592205 * y + 0.4505937099 * z,
    0.0259040371 * x + 0.7827717662 * y - 0.808675766 * z,
  ];
  return { l, c: Math.hypot(a, q), h: Math.atan2(q, a) };
}

function partsOf({ l, c, h }: Lch): Triple {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
}

const isShown = (parts: Triple): boolean => parts.every((part) => part >= -0.0005 && part <= 1.0005);

/** The colour on a screen: as strong as screens can show it at that lightness. */
function hexOf({ l, c, h }: Lch): Hex {
  let [weak, strong] = [0, c];
  let parts = partsOf({ l, c, h });
  for (let step = 0; step < 24 && !isShown(parts); step += 1) {
    const middle = (weak + strong) / 2;
    if (isShown(partsOf({ l, c: middle, h }))) weak = middle;
    else strong = middle;
    if (step === 23) parts = partsOf({ l, c: weak, h });
  }
  const byte = (part: number) =>
    Math.round(Math.min(1, Math.max(0, encoded(Math.min(1, Math.max(0, part))))) * 255)
      .toString(16)
      .padStart(2, "0");
  return `#${parts.map(byte).join("")}`;
}

const lowest = (colour: Hex, planes: readonly Hex[]): number =>
  Math.min(...planes.map((plane) => contrast(colour, plane)));

const STEP = 0.004;

/** The nearest to a colour, away from the ground, that is told apart well enough from every plane. */
function reach(from: Lch, theme: Theme, planes: readonly Hex[], least: number, given?: Hex): Hex {
  if (given !== undefined && lowest(given, planes) >= least) return given;
  const step = theme === "light" ? -STEP : STEP;
  for (let l = from.l; l >= 0 && l <= 1; l += step) {
    const found = hexOf({ ...from, l });
    if (lowest(found, planes) >= least) return found;
  }
  return theme === "light" ? "#000000" : "#ffffff";
}

function themeOf(given: Hex, theme: Theme): ThemeColours {
  const { planes, ink, paper } = grounds[theme];
  const own = lchOf(given);
  const soft = hexOf(
    theme === "light"
      ? { ...own, l: 0.962, c: Math.min(own.c, 0.028) }
      : { ...own, l: 0.27, c: Math.min(own.c, 0.065) },
  );
  const all = [...planes, soft];
  const accent = reach(own, theme, all, TEXT_CONTRAST, given);
  const lch = lchOf(accent);
  const hover = hexOf({ ...lch, l: theme === "light" ? Math.max(0, lch.l - 0.06) : Math.min(1, lch.l + 0.06) });
  const onAccent =
    contrast(accent, paper) >= TEXT_CONTRAST ? paper : contrast(accent, ink) >= TEXT_CONTRAST ? ink : "#000000";
  return { accent, onAccent, hover, soft, mark: reach(own, theme, all, GRAPHICS_CONTRAST, given) };
}

/** Both themes of one colour: whatever is given, text in it can be read and marks in it can be seen. */
export const brandColours = (given: Hex): BrandColours => ({
  light: themeOf(given, "light"),
  dark: themeOf(given, "dark"),
});

/** The colours as custom properties of an element, for whichever theme holds there. */
export function brandVariables(given: Hex): Readonly<Record<`--rf-${string}`, string>> {
  const { light, dark } = brandColours(given);
  const both = (name: keyof ThemeColours) => `light-dark(${light[name]}, ${dark[name]})`;
  return {
    "--rf-accent": both("accent"),
    "--rf-on-accent": both("onAccent"),
    "--rf-accent-hover": both("hover"),
    "--rf-accent-soft": both("soft"),
    "--rf-ring": both("mark"),
    "--rf-mark": both("mark"),
  };
}
