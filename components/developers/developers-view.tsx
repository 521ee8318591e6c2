"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { NewSecret } from "@/components/developers/new-secret";
import { TokensTable } from "@/components/developers/tokens-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { t } from "@/server/kernel/words";

const NewToken = later(() => import("@/components/developers/new-token").then((file) => file.NewToken));

/** What programs need: tokens, and where the API is described. */
export function DevelopersView() {
  const { tenantSlug, can } = useScope();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const query = useQuery(useTRPC().tokens.list.queryOptions({ tenantSlug }));
  const scopes = query.data?.scopes ?? [];
  const mayMake = can("tokens.write") && scopes.length > 0;
  return (
    <>
      <PageHeader
        actions={
          <>
            <a className={buttonClass()} href="/docs/api">
              {t("API reference")}
            </a>
            {mayMake && (
              <Button look="primary" onClick={() => setAsking(true)}>
                {t("New token")}
              </Button>
            )}
          </>
        }
        title={t("Developers")}
      />
      <p className="mb-3 max-w-prose text-ink-2">
        {t(
          "A token acts for whoever made it, on this tenant and those below: never with more than their seat may do at that moment, and no longer than they have the seat.",
        )}
        {query.data &&
          scopes.length === 0 &&
          ` ${t("You act here from a seat above; make a token where your seat is.")}`}
      </p>
      <QueryView query={query}>
        {({ items }) => (
          <TokensTable onMake={mayMake ? () => setAsking(true) : undefined} onSecret={setSecret} rows={items} />
        )}
      </QueryView>
      {asking && <NewToken onClose={() => setAsking(false)} onMade={setSecret} scopes={scopes} />}
      {secret && <NewSecret onClose={() => setSecret(undefined)} text={secret} />}
    </>
  );
}
