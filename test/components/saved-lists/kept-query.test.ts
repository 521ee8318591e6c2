import { expect, test } from "vitest";

import { keptQuery } from "@/components/saved-lists/kept-query";

test("keeps filter and order of a list, in whichever order they were chosen, and nothing of where one is in it", () => {
  const one = new URLSearchParams("q=Jos%C3%A9+%2B49&before=17_abc&outcome=failed&open=c1&sort=-time");
  const other = new URLSearchParams("sort=-time&outcome=failed&q=Jos%C3%A9+%2B49&after=x&new=1&begin=ban&line=3");
  expect(keptQuery(one)).toBe("outcome=failed&q=Jos%C3%A9+%2B49&sort=-time");
  expect(keptQuery(other)).toBe(keptQuery(one));
  expect(keptQuery(new URLSearchParams("open=c1&before=2"))).toBe("");
});
