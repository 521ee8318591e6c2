/** Why people dispute a charge. The words are stored: never renamed. */
export const disputeReasons = [
  "not_made",
  "never_connected",
  "too_long",
  "wrong_price",
  "bad_quality",
  "other",
] as const;
export type DisputeReason = (typeof disputeReasons)[number];

export const disputeStates = ["open", "credited", "partly_credited", "rejected", "withdrawn"] as const;
export type DisputeState = (typeof disputeStates)[number];

/** How long after its end a call can be disputed. */
export const DISPUTE_DAYS = 90;

/** D-000042. */
export const disputeLabel = (number: number): string => `D-${String(number).padStart(6, "0")}`;
