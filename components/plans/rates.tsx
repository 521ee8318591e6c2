"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";
import { EndRate } from "@/components/plans/end-rate";
import { rateWords } from "@/components/plans/rate-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { t } from "@/server/kernel/words";

type Rate = Outputs["plans"]["rates"]["items"][number];

/** The prices of a plan by prefix, a page at a time. */
export function Rates({ planId, currency, own }: Readonly<{ planId: string; currency: string; own: boolean }>) {
  const { tenantSlug, can } = useScope();
  const [ending, setEnding] = useState<Rate>();
  const [search, setSearch] = useState("");
  const [cursor, setCursor] = useState<string>();
  const query = useQuery(
    useTRPC().plans.rates.queryOptions(
      { tenantSlug, planId, ...(search ? { prefix: search } : {}), ...(cursor ? { cursor } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const find = useCallback((text: string) => {
    setSearch(text.replaceAll(/\D/g, "").replace(/^0+/, "").slice(0, 15));
    setCursor(undefined);
  }, []);
  return (
    <div className="grid gap-2">
      <SearchBox label={t("Prefix, such as 4420")} onValue={find} value={search} />
      <QueryView query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <p className="border-y py-3 text-ink-2">
              {search ? t("No price matches.") : t("No price yet. Calls on this plan are refused until there is one.")}
            </p>
          ) : (
            <>
              <RateTable
                currency={currency}
                onEnd={own && can("plans.write") ? setEnding : undefined}
                rates={data.items}
              />
              <Pages
                counted={t("{count, plural, one {# price} other {# prices}}", { count: data.items.length })}
                onNewest={cursor ? () => setCursor(undefined) : undefined}
                onOlder={data.nextCursor ? () => setCursor(String(data.nextCursor)) : undefined}
              />
            </>
          )
        }
      </QueryView>
      {ending && <EndRate onClose={() => setEnding(undefined)} planId={planId} rate={ending} />}
    </div>
  );
}

type TableProps = Readonly<{
  rates: readonly Rate[];
  currency: string;
  onEnd: ((rate: Rate) => void) | undefined;
}>;

function RateTable({ rates, currency, onEnd }: TableProps) {
  const decimals = ratesDecimals(rates.map((rate) => rate.perMinute));
  return (
    <table className="figures w-full text-start">
      <caption className="sr-only">{t("Prices")}</caption>
      <thead>
        <tr className="text-xs text-ink-3">
          <th className="h-7 border-b font-medium" scope="col">
            {t("Prefix")}
          </th>
          <th className="border-b ps-3 text-end font-medium" scope="col">
            {t("A minute, {currency}", { currency })}
          </th>
          <th className="border-b ps-3 text-end font-medium" scope="col">
            {t("Fee")}
          </th>
          <th className="border-b ps-3 text-end font-medium" scope="col">
            {t("First/next")}
          </th>
          {onEnd && (
            <th className="border-b" scope="col">
              <span className="sr-only">{t("Actions")}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rates.map((rate) => (
          <RateLine currency={currency} decimals={decimals} key={rate.id} onEnd={onEnd} rate={rate} />
        ))}
      </tbody>
    </table>
  );
}

type LineProps = Omit<TableProps, "rates"> & Readonly<{ rate: Rate; decimals: number }>;

function RateLine({ rate, currency, decimals, onEnd }: LineProps) {
  const { timeZone } = useScope();
  return (
    <tr className="h-8 border-b align-baseline">
      <th className="py-1 pe-3 font-normal" scope="row">
        <bdi className="font-mono" dir="ltr">
          {rate.prefix}
        </bdi>
        <Also words={rateWords(rate, currency, timeZone)} />
      </th>
      <td className="text-end">
        <Money bare currency={currency} decimals={decimals} micros={rate.perMinute} />
      </td>
      <td className="text-end text-ink-2">
        {rate.connectionFee > 0n ? <Money bare currency={currency} micros={rate.connectionFee} /> : "–"}
      </td>
      <td className="text-end text-ink-2">
        {rate.firstSeconds}/{rate.nextSeconds}
      </td>
      {onEnd && (
        <td className="ps-2 text-end">
          <Button
            aria-label={t("End the price of {prefix}", { prefix: rate.prefix })}
            className="min-h-7"
            look="quiet"
            onClick={() => onEnd(rate)}
          >
            {t("End…")}
          </Button>
        </td>
      )}
    </tr>
  );
}

/** What the figures do not say, under the prefix. */
function Also({ words }: Readonly<{ words: readonly string[] }>) {
  return words.length === 0 ? null : (
    <span className="block max-w-72 text-xs text-ink-2" suppressHydrationWarning>
      {words.join("; ")}
    </span>
  );
}
