import { expect, test } from "vitest";

import { pseudo } from "@/server/infra/words/pseudo.rules";
import { filled } from "@/server/kernel/words";

test("what people read is accented, longer and bracketed; what is filled in stays", () => {
  expect(pseudo("Sign in")).toBe("[Sîgñ îñ ~ ~]");
  const text = pseudo("Hang up {count, plural, one {# call} other {# calls of {name}}} at <link>{place}</link>");
  const said = filled(text, {
    count: 2,
    name: "Bo",
    place: "home",
    link: (inside: unknown[]) => `<${inside.join("")}>`,
  });
  expect(said.join("")).toMatch(/^\[Hàñg up 2 çàlls of Bo àt <home>( ~)+\]$/);
  expect(pseudo("state|Open")).toMatch(/^\[Ôpéñ/);
});
