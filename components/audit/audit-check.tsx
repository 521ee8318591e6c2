"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

/** Walks the chain of hashes when asked, and says what it found and over how many events. */
export function AuditCheck() {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().audit.verify.queryOptions({ tenantSlug }, { enabled: false }));
  // Beside an error nothing is said of an earlier walk.
  const found = query.isError ? undefined : query.data;
  return (
    <>
      <span aria-live="polite" className="flex items-center gap-1.5">
        {query.isError && <span className="text-bad">{refusalOf(query.error).title}</span>}
        {found?.ok && (
          <>
            <Icon className="text-ok" name="check" />
            {t("{n, plural, one {# event} other {# events}}, chain unbroken", { n: found.rows })}
          </>
        )}
        {found && !found.ok && (
          <>
            <Icon className="text-bad" name="alert" />
            <strong className="font-semibold text-bad">
              {t("Chain broken at event {seq}. Tell the operator; change nothing.", {
                seq: String(found.firstBadSeq),
              })}
            </strong>
          </>
        )}
      </span>
      <Button busy={query.isFetching && t("Verifying…")} icon="lock" onClick={() => void query.refetch()}>
        {t("Verify chain")}
      </Button>
    </>
  );
}
