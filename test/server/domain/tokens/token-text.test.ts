import { expect, test } from "vitest";

import { digestOf, isToken, newToken } from "@/server/domain/tokens/token-text";

test("a token has a form and a sum by which one letter that is wrong shows without asking anybody", () => {
  const { text, prefix, digest } = newToken();
  expect(text).toMatch(/^rft_[0-9A-Za-z]{8}_[0-9A-Za-z]{46}$/);
  expect(text.startsWith(`${prefix}_`)).toBe(true);
  expect(isToken(text)).toBe(true);
  expect(Buffer.from(digest)).toEqual(Buffer.from(digestOf(text)));
  for (let at = 4; at < text.length; at += 1) {
    const other = text[at] === "a" ? "b" : "a";
    expect(isToken(`${text.slice(0, at)}${other}${text.slice(at + 1)}`), `letter ${at}`).toBe(false);
  }
  for (const none of ["", "rft_", text.slice(1), `${text}x`, text.toLowerCase().replace("rft", "RFT"), "Bearer x"])
    expect(isToken(none)).toBe(false);
});

test("no two are alike, and a new secret keeps the part that is shown", () => {
  const texts = new Set(Array.from({ length: 200 }, () => newToken().text));
  expect(texts.size).toBe(200);
  const { prefix, text } = newToken();
  const next = newToken(prefix);
  expect(next.prefix).toBe(prefix);
  expect(next.text).not.toBe(text);
});
