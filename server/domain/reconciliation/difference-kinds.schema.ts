/** Everything that two of our sources can disagree about. Stored words. */
export const differenceKinds = [
  "hold_without_channel",
  "channel_without_hold",
  "record_without_charge",
  "charge_without_record",
  "shortfall",
  "wallet_mismatch",
  "cdr_without_call",
  "call_missing_in_cdr",
  "cdr_duration",
  "carrier_charge_without_call",
  "call_missing_at_carrier",
  "carrier_duration",
  "carrier_price",
  "payment_mismatch",
  "payment_uncredited",
  "refund_untold",
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];
