import { expect, test } from "vitest";

import { mailHtml } from "@/server/kernel/mail-html";

const brand = { name: "Quay & Söhne", colour: "#ffcc00" };

test("a mail in a brand says the text word for word, with its addresses as links", () => {
  const html = mailHtml({ subject: "Hello", text: "One\ntwo.\n\nSee https://quay.example/t/acme#a?b=1&c=2.\n", brand });
  expect(html).toContain("<p>One<br>two.</p>");
  expect(html).toContain('<a href="https://quay.example/t/acme#a?b=1&amp;c=2">');
  expect(html).toContain("</a>.</p>");
  expect(html).toContain("Quay &amp; Söhne");
});

test("nothing that somebody is called becomes a part of the page", () => {
  const bad = `"><script>alert(1)</script><img src=x onerror='x'>`;
  const html = mailHtml({
    subject: bad,
    text: `${bad} https://a.example/"onmouseover="x`,
    brand: { name: bad, colour: null },
  });
  expect(html).not.toMatch(/<script|<img|href="[^"]*" ?on/);
  expect(html.match(/<a /g)).toHaveLength(1);
  expect(html).toContain('<a href="https://a.example/">');
});

test("it fetches nothing from anywhere, and has both themes", () => {
  const html = mailHtml({ subject: "Hello", text: "Hello", brand });
  expect(html).not.toMatch(/https?:|url\(|@import|src=/);
  expect(html).toContain("prefers-color-scheme:dark");
});
