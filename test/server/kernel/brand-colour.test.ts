import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  brandColours,
  brandVariables,
  contrast,
  GRAPHICS_CONTRAST,
  grounds,
  readHex,
  TEXT_CONTRAST,
} from "@/server/kernel/brand-colour";

const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, "0")}`);

describe("the colours of a brand", () => {
  test("contrast is what WCAG says it is", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
    expect(contrast("#2b55d3", "#ffffff")).toBeGreaterThan(6.2);
  });

  test("text in any colour can be read on every plane, and marks can be seen, in both themes", () => {
    fc.assert(
      fc.property(anyColour, (given) => {
        const colours = brandColours(given);
        for (const theme of ["light", "dark"] as const) {
          const { accent, onAccent, hover, soft, mark } = colours[theme];
          const { planes, ink } = grounds[theme];
          for (const plane of [...planes, soft]) {
            expect(contrast(accent, plane)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
            expect(contrast(mark, plane)).toBeGreaterThanOrEqual(GRAPHICS_CONTRAST);
          }
          expect(contrast(onAccent, accent)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
          expect(contrast(onAccent, hover)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
          expect(contrast(ink, soft)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
          for (const one of [accent, onAccent, hover, soft, mark]) expect(one).toMatch(/^#[0-9a-f]{6}$/);
        }
      }),
      { numRuns: 400, examples: [["#ffff00"], ["#000000"], ["#ffffff"], ["#00ff00"], ["#0000ff"], ["#ff00ff"]] },
    );
  });

  test("a colour that is good enough stays as it was given, and a faint one keeps its hue", () => {
    expect(brandColours("#2b55d3").light.accent).toBe("#2b55d3");
    expect(brandColours("#8fa8ff").dark.accent).toBe("#8fa8ff");
    const yellow = brandColours("#ffcc00").light.accent;
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(yellow.slice(at, at + 2), 16));
    expect(red).toBeGreaterThan(blue ?? 0);
    expect(green).toBeGreaterThan(blue ?? 0);
  });

  test("the grounds are those of the style sheet", () => {
    const css = readFileSync("app/globals.css", "utf8");
    for (const [at, name] of ["bg", "surface", "sunken"].entries()) {
      const { light, dark } = grounds;
      expect(css).toContain(`--rf-${name}: light-dark(${light.planes[at]}, ${dark.planes[at]});`);
    }
    expect(css).toContain(`--rf-ink: light-dark(${grounds.light.ink}, ${grounds.dark.ink});`);
  });

  test("what goes into a page is colours and nothing else, and every property is one of the style sheet", () => {
    const css = readFileSync("app/globals.css", "utf8");
    for (const [name, value] of Object.entries(brandVariables("#ffcc00"))) {
      expect(value).toMatch(/^light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\)$/);
      expect(css).toContain(`${name}:`);
    }
  });

  test.each([
    ["#abc", "#aabbcc"],
    ["  2B55D3 ", "#2b55d3"],
    ["red", undefined],
    ["#12345", undefined],
    ["#2b55d3;}", undefined],
    ["", undefined],
  ])("%j is read as %s", (text, hex) => expect(readHex(text)).toBe(hex));
});
