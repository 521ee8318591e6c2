/** Pages with a list that is worth keeping as it was narrowed: the last part of their address. */
export const savedPages = [
  "calls",
  "extensions",
  "tenants",
  "incidents",
  "security-events",
  "disputes",
  "audit",
] as const;
export type SavedPage = (typeof savedPages)[number];
