/** What the operator's desk looks after by the calendar, in the order in which people read it: how often, and where it is seen. */
export const duties = [
  { duty: "incidents", every: "day", page: "incidents" },
  { duty: "differences", every: "day", page: "reconciliation" },
  { duty: "refused", every: "week", page: "audit" },
  { duty: "spend", every: "week", page: "reports" },
  { duty: "rules", every: "month", page: "rules" },
  { duty: "seats", every: "month", page: "team" },
  { duty: "bans", every: "month", page: "blocks" },
  { duty: "secrets", every: "quarter", page: "system" },
  { duty: "trail", every: "quarter", page: "audit" },
  { duty: "restore", every: "quarter", page: "system" },
] as const;

export type Duty = (typeof duties)[number]["duty"];
export type Every = (typeof duties)[number]["every"];

/** After so many days it is due again. */
export const daysOf: Readonly<Record<Every, number>> = { day: 1, week: 7, month: 30, quarter: 90 };
