"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

/** Walks the chain of hashes when asked, and says what it found and over how many events. */
export function AuditCheck() {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().audit.verify.queryOptions({ tenantSlug }, { enabled: false }));
  return (
    <>
      <span aria-live="polite" className="flex items-center gap-1.5">
        {query.isError && <span className="text-bad">{refusalOf(query.error).title}</span>}
        {query.data?.ok && (
          <>
            <Icon className="text-ok" name="check" />
            {query.data.rows} events, chain unbroken
          </>
        )}
        {query.data && !query.data.ok && (
          <>
            <Icon className="text-bad" name="alert" />
            <strong className="font-semibold text-bad">
              Chain broken at event {String(query.data.firstBadSeq)}. Tell the operator; change nothing.
            </strong>
          </>
        )}
      </span>
      <Button busy={query.isFetching && "Verifying…"} icon="lock" onClick={() => void query.refetch()}>
        Verify chain
      </Button>
    </>
  );
}
