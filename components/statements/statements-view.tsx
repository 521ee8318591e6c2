"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { SentMail } from "@/components/mail/sent-mail";
import { useScope } from "@/components/shell/scope";
import { NoStatements } from "@/components/statements/no-statements";
import { SoFar } from "@/components/statements/so-far";
import { StatementFilter } from "@/components/statements/statement-filter";
import { statementInput } from "@/components/statements/statement-input";
import { StatementsTable } from "@/components/statements/statements-table";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const NewStatement = later(() => import("@/components/statements/new-statement").then((file) => file.NewStatement));
const BillingDetails = later(() =>
  import("@/components/statements/billing-details").then((file) => file.BillingDetails),
);

/** What the wallet held, what moved and what was left, month by month, as documents that never change. */
export function StatementsView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const buys = tenant.kind !== "operator";
  const input = statementInput(tenantSlug, params);
  const query = useQuery(useTRPC().statements.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const [open, setOpen] = useState<"new" | "details">();
  const side = input.side ?? (buys ? "own" : "sold");
  const sold = side === "sold";
  const isFiltered = Boolean(input.kind || input.year || input.text);
  return (
    <>
      <PageHeader actions={can("billing.write") && <Acts buys={buys} onOpen={setOpen} />} title={t("Statements")}>
        {(isFiltered || sold || tenant.kind === "reseller" || (query.data?.items.length ?? 0) > 0) && (
          <StatementFilter side={side} years={query.data?.years ?? []} />
        )}
      </PageHeader>
      <div className="grid gap-8">
        {!sold && !isFiltered && !input.cursor && <SoFar />}
        <QueryView query={query}>
          {({ items, nextCursor }) => (
            <div>
              <StatementsTable
                empty={
                  <NoStatements
                    onClear={isFiltered ? () => set({ kind: undefined, year: undefined, q: undefined }) : undefined}
                    sold={sold}
                  />
                }
                rows={items}
                sold={sold}
              />
              {(nextCursor || input.cursor) && (
                <Pages
                  counted={t("{count, plural, one {# statement} other {# statements}}", { count: items.length })}
                  onNewest={input.cursor ? () => set({ before: undefined }) : undefined}
                  onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
                />
              )}
            </div>
          )}
        </QueryView>
        {can("members.read") && (
          <Section level={2} title={t("Mail from here")}>
            <SentMail />
          </Section>
        )}
      </div>
      {open === "new" && <NewStatement onClose={() => setOpen(undefined)} />}
      {open === "details" && <BillingDetails onClose={() => setOpen(undefined)} />}
    </>
  );
}

type ActsProps = Readonly<{ buys: boolean; onOpen: (what: "new" | "details") => void }>;

function Acts({ buys, onOpen }: ActsProps) {
  return (
    <>
      <Button onClick={() => onOpen("details")}>{t("Billing details…")}</Button>
      {buys && (
        <Button data-shortcut="n" icon="plus" look="primary" onClick={() => onOpen("new")}>
          {t("New statement")}
        </Button>
      )}
    </>
  );
}
