import type { DomainErrorCode } from "@/server/kernel/errors";
import { type Message, msg } from "@/server/kernel/words";

/** What is said of each error that a procedure may give: what happened, and what to do next. */
export const refusals: Partial<Record<DomainErrorCode, Readonly<{ title: Message; next: Message }>>> = {
  not_found: {
    title: msg("This is not here any more, or it is not yours."),
    next: msg("Go back to the list and open it again."),
  },
  forbidden: {
    title: msg("Your role does not allow this."),
    next: msg("An owner or admin of this tenant can do it, or give you the role."),
  },
  unauthenticated: { title: msg("Your session has ended."), next: msg("Sign in again; what you typed stays.") },
  rate_limited: { title: msg("Too many attempts in a short time."), next: msg("Wait a minute and try again.") },
  invalid_input: {
    title: msg("Something in the form is not allowed."),
    next: msg("Check the marked fields; nothing was changed."),
  },
  number_taken: { title: msg("That extension number is already in use."), next: msg("Choose another number.") },
  secret_stale: {
    title: msg("That is not the extension's secret any more."),
    next: msg("Somebody rotated it meanwhile. Rotate it once more and connect with the new one."),
  },
  phone_away: {
    title: msg("No phone is registered at this extension."),
    next: msg("Connect one, or look at its power and network; then call the echo test."),
  },
  mac_taken: {
    title: msg("Another extension has that phone."),
    next: msg("Remove it there first, or compare the address with the label below the phone."),
  },
  host_taken: {
    title: msg("Another tenant uses that host name here."),
    next: msg("Choose another host name, or have it taken away there first."),
  },
  did_taken: {
    title: msg("That number is in service here already."),
    next: msg("Look for it in the list, or choose another number."),
  },
  slug_taken: { title: msg("That short name is already in use."), next: msg("Choose another short name.") },
  email_taken: {
    title: msg("That e-mail address already has a seat here."),
    next: msg("Look for it in the list of members."),
  },
  plan_taken: { title: msg("A plan of that name already exists."), next: msg("Choose another name.") },
  bundle_taken: { title: msg("A bundle of that name already exists."), next: msg("Choose another name.") },
  insufficient_funds: {
    title: msg("There is not enough available credit for this."),
    next: msg("Choose a smaller amount, or top up first. Nothing was moved."),
  },
  changed_meanwhile: {
    title: msg("Somebody else changed this while you typed."),
    next: msg("What you typed is still there. Save once more to put it in place of theirs."),
  },
  limit_bound: {
    title: msg("A tenant above yours allows no more than that."),
    next: msg("Choose a smaller limit, or ask above for a larger one. Nothing was changed."),
  },
  rule_bound: {
    title: msg("A tenant above enforces this rule."),
    next: msg("Make it stricter than that, or ask above. Nothing was changed."),
  },
  viewing_only: {
    title: msg("You are looking at a tenant; nothing can be changed meanwhile."),
    next: msg("End it in the bar at the top, then do this again. Nothing was changed."),
  },
  suspended_above: {
    title: msg("A tenant above suspended this one."),
    next: msg("Only that one can let it call again: ask there."),
  },
  credit_limit_exceeded: {
    title: msg("That is more credit than the tenant above can give."),
    next: msg("Choose a smaller credit limit, or ask above for a larger one of your own."),
  },
  credit_limit_in_use: {
    title: msg("That is less credit than is in use right now."),
    next: msg("Choose a larger limit, or wait until the money is back."),
  },
  currency_mismatch: {
    title: msg("The two currencies differ."),
    next: msg("Choose a plan or wallet in the same currency."),
  },
  posting_key_reused: {
    title: msg("This form was already sent with another amount."),
    next: msg("Close it and start again; nothing was moved twice."),
  },
  invalid_state: {
    title: msg("That is not possible in the present state."),
    next: msg("The page now shows the present state; decide again from there."),
  },
  not_below: { title: msg("That tenant is not below yours."), next: msg("Choose one from your list of tenants.") },
  pbx_unreachable: {
    title: msg("The telephone system cannot be reached right now."),
    next: msg("Calls in progress go on. Try again in a minute."),
  },
  invitation_invalid: {
    title: msg("This invitation is not valid, or was used already."),
    next: msg("Ask whoever invited you for a new link."),
  },
  reauth_required: {
    title: msg("This asks you once more who you are."),
    next: msg("Do it again and answer the question; nothing was changed."),
  },
  factor_required: {
    title: msg("Your seat here asks for a second factor."),
    next: msg("Set one up under Security of my account, in the menu with your initials."),
  },
  reset_invalid: {
    title: msg("This link is not valid, or was used already."),
    next: msg("Ask for a new one; each works once, for half an hour."),
  },
  rate_overlap: {
    title: msg("That prefix already has a price in this period."),
    next: msg("Nothing was changed. The list of prices shows until when each holds."),
  },
  no_rate: {
    title: msg("There is no price for this number."),
    next: msg("Check the number, or ask for a price for its prefix."),
  },
  emergency_number: { title: msg("That number is reserved for emergency calls."), next: msg("Choose another number.") },
  payments_off: {
    title: msg("No payment provider is set up here."),
    next: msg("Ask your provider how to pay; nothing was charged."),
  },
  payment_provider_away: {
    title: msg("The payment provider cannot be reached right now."),
    next: msg("Try again in a minute; nothing is charged twice."),
  },
  voucher_wrong: {
    title: msg("That is not a code of this house."),
    next: msg("Compare it sign by sign and type it again."),
  },
  voucher_used: {
    title: msg("That code was used already."),
    next: msg("A code counts once; ask whoever sold it to you."),
  },
  voucher_revoked: { title: msg("That code was taken back."), next: msg("Ask whoever sold it to you.") },
  voucher_expired: { title: msg("That code has expired."), next: msg("Ask whoever sold it to you for another one.") },
  voucher_waits: {
    title: msg("That code does not count yet."),
    next: msg("Whoever sold it has to approve its batch; it stays good."),
  },
  voucher_unfunded: {
    title: msg("Whoever sold that code cannot back it right now."),
    next: msg("The code stays good: ask your provider, then try again."),
  },
  approval_by_another: {
    title: msg("Somebody else has to decide about this."),
    next: msg("Ask another person with the billing role."),
  },
  approval_in_person: {
    title: msg("Above the limit for 24 hours two people decide, each signed in to the portal."),
    next: msg("Ask for it in the portal, and let somebody else approve it there."),
  },
  refund_too_large: {
    title: msg("That is more than can be refunded of this payment."),
    next: msg("Choose a smaller amount; nothing was moved."),
  },
  webhook_invalid: {
    title: msg("That event was not signed by the payment provider."),
    next: msg("Check the webhook's signing secret; nothing was changed."),
  },
  too_large: {
    title: msg("That file is too large."),
    next: msg("Split it, or leave out what the plan does not need."),
  },
  deck_unreadable: {
    title: msg("This file cannot be read as a rate deck."),
    next: msg("Save it as CSV with a line of column names, or say what each column is."),
  },
  deck_has_errors: {
    title: msg("The file has errors, so nothing of it was applied."),
    next: msg("Correct the lines in the list of errors and upload the file again."),
  },
  deck_stale: {
    title: msg("The plan's prices have changed since the deck was compared with them."),
    next: msg("Compare it again, look at what it would do now, and apply it then."),
  },
  deck_no_change: {
    title: msg("Every price of the file holds already."),
    next: msg("There is nothing to apply; the deck can be dropped."),
  },
  deck_not_acknowledged: {
    title: msg("The deck has warnings or prices below cost."),
    next: msg("Look at them, tick that you have, and apply it again."),
  },
  deck_on_top: {
    title: msg("Another deck was applied to the plan after this one."),
    next: msg("Take that one back first, then this one."),
  },
  erasure_held: {
    title: msg("A legal hold keeps what is known about them."),
    next: msg("Lift the hold first, or tell who asked that it has to stay."),
  },
  erasure_in_use: {
    title: msg("It is in use, so it cannot be forgotten yet."),
    next: msg("Take the number out of service, or give the tenant another owner, and ask again."),
  },
  evidence_late: {
    title: msg("The evidence was not stored in time."),
    next: msg("What has to be done now need not wait for it; take another snapshot afterwards."),
  },
  banned: {
    title: msg("Requests from your address are refused for now."),
    next: msg("Ask whoever runs this portal, or wait."),
  },
  ban_cuts_off: {
    title: msg("Something that works would be cut off by this ban."),
    next: msg("Look at what comes from there; nothing was banned."),
  },
  conflict: {
    title: msg("Somebody changed this at the same moment."),
    next: msg("The page now shows the present state; decide again from there."),
  },
};
