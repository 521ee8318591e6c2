import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";

import type { DomainErrorCode } from "@/server/kernel/errors";

/** One row per domain error. `satisfies Record` makes a forgotten code a compile error, not a silent 400. */
export const trpcCodeOf = {
  not_found: "NOT_FOUND",
  forbidden: "FORBIDDEN",
  unauthenticated: "UNAUTHORIZED",
  rate_limited: "TOO_MANY_REQUESTS",
  invalid_input: "BAD_REQUEST",
  number_taken: "CONFLICT",
  slug_taken: "CONFLICT",
  email_taken: "CONFLICT",
  plan_taken: "CONFLICT",
  insufficient_funds: "PRECONDITION_FAILED",
  currency_mismatch: "BAD_REQUEST",
  posting_key_reused: "CONFLICT",
  limit_bound: "PRECONDITION_FAILED",
  suspended_above: "PRECONDITION_FAILED",
  credit_limit_exceeded: "PRECONDITION_FAILED",
  credit_limit_in_use: "PRECONDITION_FAILED",
  invalid_state: "PRECONDITION_FAILED",
  not_below: "NOT_FOUND",
  pbx_unreachable: "SERVICE_UNAVAILABLE",
  invitation_invalid: "NOT_FOUND",
  rate_overlap: "CONFLICT",
  no_rate: "NOT_FOUND",
  emergency_number: "BAD_REQUEST",
  payments_off: "PRECONDITION_FAILED",
  payment_provider_away: "SERVICE_UNAVAILABLE",
  webhook_invalid: "BAD_REQUEST",
  refund_too_large: "PRECONDITION_FAILED",
  conflict: "CONFLICT",
} as const satisfies Record<DomainErrorCode, TRPC_ERROR_CODE_KEY>;
