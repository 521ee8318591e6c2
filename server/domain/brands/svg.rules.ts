/** What a drawing may be made of. Whatever is not here is refused by name: nothing is taken away behind anybody's back. */
const elements = new Set(
  // No "use": drawings that are made of themselves grow without end.
  "svg g defs title desc path rect circle ellipse line polyline polygon linearGradient radialGradient stop clipPath mask".split(
    " ",
  ),
);
const attributes = new Set(
  [
    "xmlns xmlns:xlink version viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points id transform opacity",
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit",
    "stroke-dasharray stroke-dashoffset clip-path clip-rule mask offset stop-color stop-opacity gradientUnits",
    "gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits preserveAspectRatio color display visibility",
    "vector-effect shape-rendering paint-order xml:space",
  ]
    .join(" ")
    .split(" "),
);

/** `aspect`: how much wider than high; 1 when it does not say. */
export type ReadSvg = Readonly<{ svg: string; aspect: number }> | Readonly<{ refused: string }>;

const MOST_ELEMENTS = 4_000;
const MOST_DEPTH = 60;
const NAME = /^[A-Za-z][A-Za-z0-9:-]*/;
const ATTRIBUTE = /^\s+([A-Za-z][A-Za-z0-9:-]*)\s*=\s*("([^"<]*)"|'([^'<]*)')/;

class Refused extends Error {}

/**
 * Reads a drawing strictly and writes it anew, so that a browser gets what was understood here and nothing else: no script,
 * no style sheet, no text, no address of anything outside, no document type and no entity of one's own.
 */
export function readSvg(text: string): ReadSvg {
  try {
    const svg = rewrite(text.replace(/^\uFEFF/, ""));
    return { svg, aspect: aspectOf(svg) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    throw error;
  }
}

function aspectOf(svg: string): number {
  const [root = ""] = /^<svg[^>]*>/.exec(svg) ?? [];
  const [, width, height] = /viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(root) ?? [];
  return Number(width) > 0 && Number(height) > 0 ? Number(width) / Number(height) : 1;
}

function rewrite(text: string): string {
  const open: string[] = [];
  let [at, out, count] = [0, "", 0];
  while (at < text.length) {
    const rest = text.slice(at, at + 200_000);
    const skipped = skip(rest, open.length);
    if (skipped > 0) {
      at += skipped;
    } else if (rest.startsWith("</")) {
      const closed = /^<\/([A-Za-z][A-Za-z0-9:-]*)\s*>/.exec(rest);
      if (!closed || open.pop() !== closed[1]) throw new Refused("Its elements do not close in order.");
      out += `</${closed[1]}>`;
      at += closed[0].length;
    } else {
      const { name, written, length, empty } = element(rest);
      count += 1;
      if (count > MOST_ELEMENTS || open.length >= MOST_DEPTH) throw new Refused("The drawing is too complicated.");
      if (open.length === 0 && (name !== "svg" || out !== "")) throw new Refused("It is not one drawing.");
      out += empty ? `${written}/>` : `${written}>`;
      if (!empty) open.push(name);
      at += length;
    }
  }
  if (open.length > 0 || out === "") throw new Refused("It is not a whole drawing.");
  return out;
}

/** What is passed over: the first line of XML, comments, and space or words between elements. */
function skip(rest: string, depth: number): number {
  const passed = /^<\?xml\s[^>]*\?>/.exec(rest) ?? /^<!--[\s\S]*?-->/.exec(rest) ?? /^[^<]+/.exec(rest);
  if (!passed) return 0;
  if (depth === 0 && !rest.startsWith("<") && passed[0].trim() !== "")
    throw new Refused("There is text around the drawing.");
  return passed[0].length;
}

function element(rest: string) {
  if (rest.startsWith("<!") || rest.startsWith("<?"))
    throw new Refused("Document types and instructions are not taken.");
  const [name] = NAME.exec(rest.slice(1)) ?? [];
  if (name === undefined || !elements.has(name)) throw new Refused(`The element ${told(name ?? rest)} is not taken.`);
  let at = 1 + name.length;
  let written = `<${name}`;
  const seen = new Set<string>();
  for (;;) {
    const [whole, key, , double, single] = ATTRIBUTE.exec(rest.slice(at, at + 120_000)) ?? [];
    if (whole === undefined || key === undefined) break;
    if (seen.has(key)) throw new Refused(`The attribute ${told(key)} is there twice.`);
    seen.add(key);
    written += ` ${key}="${saidBy(key, double ?? single ?? "")}"`;
    at += whole.length;
  }
  const end = /^\s*(\/?)>/.exec(rest.slice(at, at + 200));
  if (!end) throw new Refused(`The element ${name} cannot be read.`);
  return { name, written, length: at + end[0].length, empty: end[1] === "/" };
}

/** What an attribute may say: nothing that leads out of the drawing. */
function saidBy(key: string, value: string): string {
  if (!attributes.has(key)) throw new Refused(`The attribute ${told(key)} is not taken.`);
  if (value.includes("&")) throw new Refused(`The attribute ${key} has an entity; write the character itself.`);
  if (!key.startsWith("xmlns") && /[:@\\]|url\s*\(\s*(?!#[\w.-]+\s*\))/i.test(value)) {
    throw new Refused(`The attribute ${key} leads out of the drawing.`);
  }
  if (key.startsWith("xmlns") && !/^http:\/\/www\.w3\.org\/(2000\/svg|1999\/xlink)$/.test(value)) {
    throw new Refused("It names another language than SVG.");
  }
  return value.replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const told = (text: string): string => text.replaceAll(/[^\w:-]/g, "").slice(0, 40) || "here";
