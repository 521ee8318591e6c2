"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { rateDecimals } from "@/components/billing/money-text";
import { MatchedNumber } from "@/components/calls/matched-number";
import { ReceiptLines } from "@/components/calls/receipt-lines";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Asked = Readonly<{ to: string; ms: number }>;

const fields = {
  to: checks.shape(/^\+?[\d ()/-]{3,24}$/, msg("Write the number in full, such as +44 20 7946 0018.")),
  seconds: checks.shape(/^\d{1,5}$/, msg("Write whole seconds, such as 47.")),
};

/** What would a call to this number cost, by the same arithmetic that charges it. */
export function PriceTester({ planId, currency }: Readonly<{ planId: string; currency: string }>) {
  const { tenantSlug } = useScope();
  const [asked, setAsked] = useState<Asked>();
  const { problems, read } = useFields(fields);
  const query = useQuery(
    useTRPC().plans.price.queryOptions(
      { tenantSlug, planId, to: asked?.to ?? "", ms: asked?.ms ?? 0 },
      { enabled: asked !== undefined, placeholderData: keepPreviousData },
    ),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) setAsked({ to: values.to.replaceAll(/[\s()/-]/g, ""), ms: Number(values.seconds) * 1_000 });
  }

  return (
    <div className="grid gap-3">
      <form className="grid grid-cols-[1fr_6rem_auto] items-start gap-2" noValidate onSubmit={submit}>
        <Field label={t("Number")} name="to" placeholder="+44 20 7946 0018" problem={problems.to} type="tel" />
        <Field defaultValue="47" inputMode="numeric" label={t("Seconds")} name="seconds" problem={problems.seconds} />
        <Button busy={query.isFetching && "…"} className="mt-6" type="submit">
          {t("Show price")}
        </Button>
      </form>
      {query.isError && <ErrorState {...refusalOf(query.error)} />}
      {query.data && !query.isError && asked && (
        <div className="rounded-lg border border-dashed border-outline bg-bg px-4 py-3">
          <p className="flex items-baseline justify-between gap-3 pb-2">
            <MatchedNumber prefix={query.data.prefix} to={asked.to} />
            <Money
              className="text-lg font-semibold"
              currency={currency}
              decimals={rateDecimals(query.data.costMicros)}
              micros={query.data.costMicros}
            />
          </p>
          <ReceiptLines lines={query.data.steps} />
        </div>
      )}
    </div>
  );
}
