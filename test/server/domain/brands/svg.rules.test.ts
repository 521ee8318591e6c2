import { describe, expect, test } from "vitest";

import { readSvg } from "@/server/domain/brands/svg.rules";

const svg = (inside: string, root = "") =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"${root}>${inside}</svg>`;
const written = (text: string) => {
  const read = readSvg(text);
  return "svg" in read ? read.svg : `refused: ${read.refused}`;
};

describe("a drawing", () => {
  test("of shapes and gradients is written anew as it was understood", () => {
    const text = `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n${svg(`
      <defs><linearGradient id="a"><stop offset="0" stop-color='#fff'/></linearGradient></defs>
      <title>Quay</title><g transform="rotate(10 5 5)"><path d="M0 0h10" fill="url(#a)" /></g>`)}\n`;
    expect(written(text)).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><title></title><g transform="rotate(10 5 5)"><path d="M0 0h10" fill="url(#a)"/></g></svg>',
    );
    expect(readSvg(text)).toMatchObject({ aspect: 4 });
  });

  test.each([
    ["a script", svg("<script>alert(1)</script>")],
    ["a script in other letters", svg("<SCRIPT>alert(1)</SCRIPT>")],
    ["a script by a prefix", svg("<svg:script>alert(1)</svg:script>")],
    ["a handler", svg("", ' onload="alert(1)"')],
    ["a handler without a space before it", svg('<path d="M0 0"onclick="alert(1)"/>')],
    ["a handler of an animation", svg('<animate onbegin="alert(1)" attributeName="x"/>')],
    ["an animation", svg('<set attributeName="href" to="javascript:alert(1)"/>')],
    ["a page within", svg("<foreignObject><body/></foreignObject>")],
    ["a link", svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>')],
    ["a picture from elsewhere", svg('<image href="https://elsewhere.example/x.png"/>')],
    ["another drawing", svg('<use href="https://elsewhere.example/x.svg#a"/>')],
    ["a drawing made of itself", svg('<g id="a"><use href="#a"/></g>')],
    ["a style sheet", svg("<style>@import url(https://elsewhere.example)</style>")],
    ["a style", svg('<path style="fill:url(https://elsewhere.example)"/>')],
    ["a fill from elsewhere", svg('<path fill="url(https://elsewhere.example#a)"/>')],
    ["a fill from elsewhere, disguised", svg('<path fill="u\\72l(//elsewhere.example)"/>')],
    ["an entity", svg('<path fill="&#106;avascript"/>')],
    ["a document type", `<!DOCTYPE svg [<!ENTITY a "b">]>${svg("&a;")}`],
    ["an instruction", svg('<?xml-stylesheet href="x.css"?>')],
    ["raw text", svg("<![CDATA[<script>]]>")],
    ["text that would be read as markup", svg('<path d="<script>"/>')],
    ["another language", '<svg xmlns="http://www.w3.org/1999/xhtml"/>'],
    ["a page", "<html><body/></html>"],
    ["two drawings", `${svg("")}${svg("")}`],
    ["text around it", `hello ${svg("")}`],
    ["half of one", "<svg><g>"],
    ["wrong order", "<svg><g></svg></g>"],
    ["nothing", ""],
    ["depth without end", `<svg>${"<g>".repeat(100)}`],
    ["an attribute twice", svg('<path d="M0 0" d="M1 1"/>')],
    ["an attribute without quotes", svg("<path d=M0/>")],
  ])("with %s is refused", (_what, text) => expect(readSvg(text)).toHaveProperty("refused"));

  test("says by name what it does not take", () => {
    expect(written(svg("<metadata/>"))).toBe("refused: The element metadata is not taken.");
    expect(written(svg("", ' style="x"'))).toBe("refused: The attribute style is not taken.");
  });

  test("is read in the time it takes to read it, whatever it is", () => {
    expect(written(svg(`<path d="${"M0 0 ".repeat(30_000)}"`))).toContain("refused");
    expect(written(`<svg${" ".repeat(190_000)}`)).toContain("refused");
    expect(written(`<svg ${'x="1" '.repeat(30_000)}`)).toContain("refused");
  });
});
