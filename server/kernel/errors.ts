/** Everything that can go wrong and is nobody's bug. A bug throws a plain Error and becomes a 500. */
export const domainErrors = {
  not_found: "There is nothing here by that name, or it is not yours.",
  forbidden: "Your role does not allow this.",
  unauthenticated: "Sign in first.",
  rate_limited: "Too many attempts. Wait and try again.",
  invalid_input: "Something in the input is not allowed.",
  number_taken: "That extension number is already in use.",
  secret_stale: "That is not the extension's secret any more. Rotate it, then use the new one.",
  phone_away: "No phone is registered at this extension. Connect one, then call the echo test.",
  mac_taken: "Another extension has that phone. Remove it there first.",
  host_taken: "Another tenant uses that host name here, and has shown that it is theirs.",
  did_taken: "That number is in service here already.",
  slug_taken: "That short name is already in use.",
  email_taken: "That e-mail address already has a seat here.",
  plan_taken: "A plan of that name already exists.",
  bundle_taken: "A bundle of that name already exists.",
  insufficient_funds: "There is not enough available credit.",
  currency_mismatch: "The currencies differ.",
  posting_key_reused: "That key was used before for something else.",
  limit_bound: "A tenant above allows no more than that.",
  rule_bound: "A tenant above enforces that rule: it can be made stricter here, not looser.",
  suspended_above: "A tenant above suspended this one; only it can let it call again.",
  credit_limit_exceeded: "The tenant above cannot give that much credit out of its own limit.",
  credit_limit_in_use: "That is less credit than is in use.",
  changed_meanwhile: "Somebody else changed this since you opened it. Look at what is there now.",
  invalid_state: "That is not possible in the present state.",
  not_below: "That tenant is not below yours.",
  pbx_unreachable: "The telephone system cannot be reached right now.",
  invitation_invalid: "This invitation is not valid, or was used already.",
  reauth_required: "This asks you once more who you are.",
  factor_required: "Your seat here asks for a second factor.",
  reset_invalid: "This link is not valid, or was used already.",
  rate_overlap: "That prefix already has a rate in this period.",
  no_rate: "There is no price for this number.",
  emergency_number: "That number is reserved for emergency calls.",
  payments_off: "No payment provider is set up here.",
  payment_provider_away: "The payment provider cannot be reached right now; nothing was charged twice.",
  webhook_invalid: "That event was not signed by the payment provider, or too long ago.",
  voucher_wrong: "That is not a code of this house.",
  voucher_used: "That code was used already; it counts once.",
  voucher_revoked: "That code was taken back by whoever sold it.",
  voucher_expired: "That code has expired.",
  voucher_waits: "That code counts when a second person has approved its batch.",
  voucher_unfunded: "Whoever sold that code cannot back it right now; it stays good.",
  approval_by_another: "Somebody else has to decide about this: nobody approves what they asked for.",
  approval_in_person: "Above the limit for 24 hours two people decide, each signed in to the portal.",
  refund_too_large: "That is more than can be refunded of this payment.",
  too_large: "That file is too large.",
  deck_unreadable: "This file cannot be read as a rate deck.",
  deck_has_errors: "The file has errors, so nothing of it was applied. Correct them and import it again.",
  deck_stale: "The plan's prices have changed since the deck was compared with them. Compare it again.",
  deck_no_change: "Every price of the file holds already; there is nothing to apply.",
  deck_not_acknowledged: "The deck has warnings or prices below cost. Look at them and say so, or change the file.",
  deck_on_top: "Another deck was applied to the plan after this one. Take that one back first.",
  evidence_late: "The evidence was not stored in time. What has to be done now goes on without it.",
  banned: "Requests from your address are refused for now.",
  ban_cuts_off: "Something that works would be cut off by this ban.",
  viewing_only: "You are looking at a tenant as one of its roles: nothing can be changed until you end that.",
  erasure_held: "A legal hold keeps what is known about them. Lift the hold first.",
  erasure_in_use: "It is in use, so it cannot be forgotten yet.",
  conflict: "Somebody changed this at the same moment.",
} as const satisfies Record<string, string>;

export type DomainErrorCode = keyof typeof domainErrors;

export class DomainError extends Error {
  override readonly name = "DomainError";
  /** One sentence for people: what, why, and what to do. */
  readonly sentence: string;
  constructor(
    readonly code: DomainErrorCode,
    /** Ids, counts and public values; it is logged. */
    readonly detail: Readonly<Record<string, string | number>> = {},
    sentence?: string,
  ) {
    super(code);
    this.sentence = sentence ?? domainErrors[code];
  }
}
