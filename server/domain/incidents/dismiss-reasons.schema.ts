/** Why an incident is dismissed; the last one says it in its note. */
export const dismissReasons = [
  "expected_traffic",
  "test",
  "duplicate",
  "known_customer",
  "rule_too_strict",
  "other",
] as const;
export type DismissReason = (typeof dismissReasons)[number];
