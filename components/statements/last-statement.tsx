"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { periodText, statementHref } from "@/components/statements/period-text";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** The latest statement in one line, for the balance page. Nothing while there is none. */
export function LastStatement() {
  const { tenantSlug, hrefOf } = useScope();
  const { data } = useQuery(useTRPC().statements.list.queryOptions({ tenantSlug, side: "own", limit: 1 }));
  const last = data?.items[0];
  if (!last) return null;
  const link = "underline underline-offset-2 hover:text-ink";
  return (
    <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 text-ink-2">
      <span>
        {rich("Last statement: <link>{period}</link>, closed with {closing}", {
          period: periodText(last),
          closing: <Money currency={last.currency} micros={last.closingMicros} />,
          link: (text) => (
            <Link className={link} href={hrefOf("statements")}>
              {text}
            </Link>
          ),
        })}
      </span>
      {last.ready && (
        <a
          aria-label={t("PDF of statement {number}", { number: last.number })}
          className={link}
          href={statementHref(tenantSlug, last.number, "pdf")}
        >
          {t("PDF")}
        </a>
      )}
    </p>
  );
}
