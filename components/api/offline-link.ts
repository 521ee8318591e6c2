import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

import { NotSent } from "@/components/api/refusal";
import type { AppRouter } from "@/server/api/root";

/**
 * Says of a change that failed without an answer, while the browser has no connection, that it was not sent: nothing left
 * this machine, so it can be sent again without a thought. It is tried all the same: a portal on the same machine or in the
 * same house is there when the browser thinks that nothing is.
 */
export const offlineLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      const offline = op.type === "mutation" && !navigator.onLine;
      return next(op).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => observer.error(offline && !error.data ? TRPCClientError.from(new NotSent("offline")) : error),
      });
    });
