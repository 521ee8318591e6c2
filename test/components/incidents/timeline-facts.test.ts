import { expect, test } from "vitest";

import { factsReader } from "@/components/incidents/timeline-facts";

const subject = (kind: "address" | "extension" | "number" | "username" | "country", value: string) => ({
  ...{ kind, value, tenantSlug: "acme", extensionId: kind === "extension" ? `id of ${value}` : null },
});
const read = factsReader([
  subject("address", "203.0.113.9"),
  subject("address", "2001:db8::7"),
  subject("extension", "acme-101"),
  subject("extension", "acme-1011"),
  subject("number", "25212345678"),
  subject("number", "100"),
  subject("username", "admin"),
  subject("country", "in"),
]);
/** What is a fact stands in brackets, with what it is. */
const shown = (text: string) =>
  read(text)
    .map(({ text: words, subject }) => (subject ? `[${subject.kind} ${subject.value}]` : words))
    .join("");

test.each([
  ["acme-101: calls refused, from 203.0.113.9.", "[extension acme-101]: calls refused, from [address 203.0.113.9]."],
  ["acme-1011 called +25212345678", "[extension acme-1011] called [number 25212345678]"],
  ["also 2001:db8::7, and 198.51.100.0/24", "also [address 2001:db8::7], and [address 198.51.100.0/24]"],
  ["banned 203.0.113.9 and 203.0.113.9", "banned [address 203.0.113.9] and [address 203.0.113.9]"],
])("%s", (text, expected) => expect(shown(text)).toBe(expected));

test.each([
  "100 calls in admin hours",
  "203.0.113.9:5060 is a port, 203.0.113.90.1 is none, 1.2.3.4.5 neither, 300.1.1.1 cannot be",
  "sip:acme-101@x, acme-101-2 and my-acme-101",
  "125212345678 and 252123456789",
])("%j has nothing to act on", (text) => expect(read(text)).toEqual([{ at: 0, text }]));

test("a fact brings what the incident knows of it, so that its menu is the one of the room", () => {
  const address = { kind: "address", value: "198.51.100.1", tenantSlug: null, extensionId: null };
  expect(read("acme-101 of 198.51.100.1")).toEqual([
    { at: 0, text: "acme-101", subject: subject("extension", "acme-101") },
    { at: 8, text: " of " },
    { at: 12, text: "198.51.100.1", subject: address },
  ]);
});

test("an incident that touches nothing yet still reads addresses", () => {
  expect(factsReader([])("from 198.51.100.1")).toHaveLength(2);
});
