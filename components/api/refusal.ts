import type { DomainErrorCode } from "@/server/kernel/errors";

/** What a person is told when something was refused or failed: what, why, what next, and a code to quote. */
export type Refusal = Readonly<{ code: string; title: string; next: string }>;

const refusals: Partial<Record<DomainErrorCode, Omit<Refusal, "code">>> = {
  not_found: {
    title: "This is not here any more, or it is not yours.",
    next: "Go back to the list and open it again.",
  },
  forbidden: {
    title: "Your role does not allow this.",
    next: "An owner or admin of this tenant can do it, or give you the role.",
  },
  unauthenticated: { title: "Your session has ended.", next: "Sign in again; what you typed stays." },
  rate_limited: { title: "Too many attempts in a short time.", next: "Wait a minute and try again." },
  invalid_input: {
    title: "Something in the form is not allowed.",
    next: "Check the marked fields; nothing was changed.",
  },
  number_taken: { title: "That extension number is already in use.", next: "Choose another number." },
  secret_stale: {
    title: "That is not the extension's secret any more.",
    next: "Somebody rotated it meanwhile. Rotate it once more and connect with the new one.",
  },
  mac_taken: {
    title: "Another extension has that phone.",
    next: "Remove it there first, or compare the address with the label below the phone.",
  },
  host_taken: {
    title: "Another tenant uses that host name here.",
    next: "Choose another host name, or have it taken away there first.",
  },
  did_taken: {
    title: "That number is in service here already.",
    next: "Look for it in the list, or choose another number.",
  },
  slug_taken: { title: "That short name is already in use.", next: "Choose another short name." },
  email_taken: { title: "That e-mail address already has a seat here.", next: "Look for it in the list of members." },
  plan_taken: { title: "A plan of that name already exists.", next: "Choose another name." },
  bundle_taken: { title: "A bundle of that name already exists.", next: "Choose another name." },
  insufficient_funds: {
    title: "There is not enough available credit for this.",
    next: "Choose a smaller amount, or top up first. Nothing was moved.",
  },
  changed_meanwhile: {
    title: "Somebody else changed this while you typed.",
    next: "What you typed is still there. Save once more to put it in place of theirs.",
  },
  limit_bound: {
    title: "A tenant above yours allows no more than that.",
    next: "Choose a smaller limit, or ask above for a larger one. Nothing was changed.",
  },
  rule_bound: {
    title: "A tenant above enforces this rule.",
    next: "Make it stricter than that, or ask above. Nothing was changed.",
  },
  viewing_only: {
    title: "You are looking at a tenant; nothing can be changed meanwhile.",
    next: "End it in the bar at the top, then do this again. Nothing was changed.",
  },
  suspended_above: {
    title: "A tenant above suspended this one.",
    next: "Only that one can let it call again: ask there.",
  },
  credit_limit_exceeded: {
    title: "That is more credit than the tenant above can give.",
    next: "Choose a smaller credit limit, or ask above for a larger one of your own.",
  },
  credit_limit_in_use: {
    title: "That is less credit than is in use right now.",
    next: "Choose a larger limit, or wait until the money is back.",
  },
  currency_mismatch: { title: "The two currencies differ.", next: "Choose a plan or wallet in the same currency." },
  posting_key_reused: {
    title: "This form was already sent with another amount.",
    next: "Close it and start again; nothing was moved twice.",
  },
  invalid_state: {
    title: "That is not possible in the present state.",
    next: "The page now shows the present state; decide again from there.",
  },
  not_below: { title: "That tenant is not below yours.", next: "Choose one from your list of tenants." },
  pbx_unreachable: {
    title: "The telephone system cannot be reached right now.",
    next: "Calls in progress go on. Try again in a minute.",
  },
  invitation_invalid: {
    title: "This invitation is not valid, or was used already.",
    next: "Ask whoever invited you for a new link.",
  },
  reauth_required: {
    title: "This asks you once more who you are.",
    next: "Do it again and answer the question; nothing was changed.",
  },
  factor_required: {
    title: "Your seat here asks for a second factor.",
    next: "Set one up under Security of my account, in the menu with your initials.",
  },
  reset_invalid: {
    title: "This link is not valid, or was used already.",
    next: "Ask for a new one; each works once, for half an hour.",
  },
  rate_overlap: {
    title: "That prefix already has a price in this period.",
    next: "End the earlier price first, or choose another start.",
  },
  no_rate: {
    title: "There is no price for this number.",
    next: "Check the number, or ask for a price for its prefix.",
  },
  emergency_number: { title: "That number is reserved for emergency calls.", next: "Choose another number." },
  payments_off: {
    title: "No payment provider is set up here.",
    next: "Ask your provider how to pay; nothing was charged.",
  },
  payment_provider_away: {
    title: "The payment provider cannot be reached right now.",
    next: "Try again in a minute; nothing is charged twice.",
  },
  voucher_wrong: { title: "That is not a code of this house.", next: "Compare it sign by sign and type it again." },
  voucher_used: { title: "That code was used already.", next: "A code counts once; ask whoever sold it to you." },
  voucher_revoked: { title: "That code was taken back.", next: "Ask whoever sold it to you." },
  voucher_expired: { title: "That code has expired.", next: "Ask whoever sold it to you for another one." },
  voucher_unfunded: {
    title: "Whoever sold that code cannot back it right now.",
    next: "The code stays good: ask your provider, then try again.",
  },
  approval_by_another: {
    title: "Somebody else has to decide about this.",
    next: "Ask another person with the billing role.",
  },
  approval_in_person: {
    title: "Above the limit two people decide, each signed in to the portal.",
    next: "Ask for it in the portal, and let somebody else approve it there.",
  },
  refund_too_large: {
    title: "That is more than can be refunded of this payment.",
    next: "Choose a smaller amount; nothing was moved.",
  },
  webhook_invalid: {
    title: "That event was not signed by the payment provider.",
    next: "Check the webhook's signing secret; nothing was changed.",
  },
  too_large: { title: "That file is too large.", next: "Split it, or leave out what the plan does not need." },
  deck_unreadable: {
    title: "This file cannot be read as a rate deck.",
    next: "Save it as CSV with a line of column names, or say what each column is.",
  },
  deck_has_errors: {
    title: "The file has errors, so nothing of it was applied.",
    next: "Correct the lines in the list of errors and upload the file again.",
  },
  deck_stale: {
    title: "The plan's prices have changed since the deck was compared with them.",
    next: "Compare it again, look at what it would do now, and apply it then.",
  },
  deck_no_change: {
    title: "Every price of the file holds already.",
    next: "There is nothing to apply; the deck can be dropped.",
  },
  deck_not_acknowledged: {
    title: "The deck has warnings or prices below cost.",
    next: "Look at them, tick that you have, and apply it again.",
  },
  deck_on_top: {
    title: "Another deck was applied to the plan after this one.",
    next: "Take that one back first, then this one.",
  },
  deck_touched: {
    title: "A price of this deck, or one that it ended, was changed since.",
    next: "It cannot be taken back as a whole; upload a deck with the prices you want.",
  },
  erasure_held: {
    title: "A legal hold keeps what is known about them.",
    next: "Lift the hold first, or tell who asked that it has to stay.",
  },
  erasure_in_use: {
    title: "It is in use, so it cannot be forgotten yet.",
    next: "Take the number out of service, or give the tenant another owner, and ask again.",
  },
  evidence_late: {
    title: "The evidence was not stored in time.",
    next: "What has to be done now need not wait for it; take another snapshot afterwards.",
  },
  banned: { title: "Requests from your address are refused for now.", next: "Ask whoever runs this portal, or wait." },
  ban_cuts_off: {
    title: "Something that works would be cut off by this ban.",
    next: "Look at what comes from there; nothing was banned.",
  },
  conflict: {
    title: "Somebody changed this at the same moment.",
    next: "The page now shows the present state; decide again from there.",
  },
};

const codeOfHttp: Record<string, DomainErrorCode> = {
  UNAUTHORIZED: "unauthenticated",
  FORBIDDEN: "forbidden",
  NOT_FOUND: "not_found",
  BAD_REQUEST: "invalid_input",
  TOO_MANY_REQUESTS: "rate_limited",
  CONFLICT: "conflict",
};

/** What never left the browser. */
export class NotSent extends Error {}

type ErrorData = Readonly<{
  domainCode?: unknown;
  code?: unknown;
  requestId?: unknown;
  sentence?: unknown;
  detail?: unknown;
  problems?: unknown;
}>;

const dataOf = (error: unknown): ErrorData => {
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null ? data : {};
};

/** Turns whatever a query or mutation threw into a sentence. Nothing of the error's own text is shown. */
export function refusalOf(error: unknown): Refusal {
  const { domainCode, code, requestId, sentence } = dataOf(error);
  const known = typeof domainCode === "string" ? domainCode : typeof code === "string" ? codeOfHttp[code] : undefined;
  if (known && known in refusals) {
    const refusal = refusals[known as DomainErrorCode];
    if (refusal) return { code: known, ...refusal, ...(typeof sentence === "string" ? { title: sentence } : {}) };
  }
  if (error instanceof Error && error.cause instanceof NotSent) {
    return {
      code: "offline",
      title: "You are offline, so this was not sent.",
      next: "What you typed stays. Send it again when the connection is back.",
    };
  }
  if (code === undefined) {
    return {
      code: "no_answer",
      title: "The portal did not answer.",
      next: "Check your connection and try again. It is not known whether the last act went through; look before you repeat it.",
    };
  }
  return {
    code: typeof requestId === "string" ? `internal · ${requestId}` : "internal",
    title: "Something went wrong on our side.",
    next: "Nothing was changed. Try again, and quote the code if it stays.",
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/**
 * What the server found wrong with which field, as one sentence each: the broken rules of the input, or the field that a
 * refusal names. Names that the form does not have are not asked for by it, so they do no harm.
 */
export function problemsOf(error: unknown): Partial<Record<string, string>> {
  const { problems, detail, sentence } = dataOf(error);
  const found: Record<string, string> = {};
  if (isRecord(problems)) {
    for (const [field, sentences] of Object.entries(problems)) {
      if (Array.isArray(sentences) && typeof sentences[0] === "string") found[field] = sentences[0];
    }
  }
  const field = isRecord(detail) ? detail["field"] : undefined;
  if (typeof field === "string" && typeof sentence === "string") found[field] ??= sentence;
  return found;
}

/** What is said at the end of a form: nothing when every problem stands at a field of its own. */
export function refusalBeside(error: unknown, fields: object): Refusal | undefined {
  if (!error) return undefined;
  const problems = Object.keys(problemsOf(error));
  return problems.length > 0 && problems.every((field) => field in fields) ? undefined : refusalOf(error);
}
