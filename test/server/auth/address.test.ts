import { expect, test } from "vitest";

import { addressOf, networkOf } from "@/server/auth/address";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["198.51.100.1, 203.0.113.7", "203.0.113.7"],
  [["198.51.100.1", "203.0.113.7"], "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["<script>", ""],
  ["", ""],
  [undefined, ""],
  [null, ""],
])("the address in %j is %j: the entry nearest to us, which a client cannot choose", (header, address) => {
  expect(addressOf(header)).toBe(address);
});

test("one IPv6 customer is one source, however many addresses it uses", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:2::99")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8::1")).toBe(networkOf("2001:db8:0:0:ffff::2"));
  expect(networkOf("2001:db8:1:3::99")).not.toBe(networkOf("2001:db8:1:2::99"));
  expect(networkOf("203.0.113.7")).toBe("203.0.113.7");
  expect(networkOf("")).toBe("");
});
