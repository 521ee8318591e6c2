import Link from "next/link";
import type { ReactNode } from "react";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { readRerateResult } from "@/components/rerating/read-result";
import { useScope } from "@/components/shell/scope";
import { type Column, DataTable } from "@/components/ui/data-table";
import { type Fact, Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import type { RerateDifference, RerateResult } from "@/server/domain/rerating/rerate.schema";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** What a preview found, with the way on; or what a run did. */
export function RerateOutcome({ result, action }: Readonly<{ result: unknown; action: ReactNode }>) {
  const found = readRerateResult(result);
  if (!found) return null;
  const { preview, changed, currency } = found;
  return (
    <div className="grid gap-6">
      {preview && changed > 0 && (
        <Notice action={action} title={t("Nothing has moved yet.")} tone="info">
          {t("{count, plural, one {One customer would be corrected.} other {# customers would be corrected.}}", {
            count: found.buyersChanged,
          })}
        </Notice>
      )}
      {changed === 0 && (
        <Notice title={t("Every charge is as it should be.")} tone="ok">
          {t("{count, plural, one {# charge was compared.} other {# charges were compared.}}", { count: found.calls })}
        </Notice>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <Section level={2} title={preview ? t("What it would do") : t("What it did")}>
          <Facts facts={factsOf(found)} />
        </Section>
        {found.buyers.length > 0 && (
          <Section level={2} title={t("By customer")}>
            <Facts
              facts={found.buyers.slice(0, 10).map(({ buyer, calls, upMicros, downMicros }) => ({
                label: buyer,
                value: t("{count, plural, one {# call} other {# calls}}", { count: calls }),
                end: <Money currency={currency} micros={BigInt(downMicros) - BigInt(upMicros)} signed />,
              }))}
            />
          </Section>
        )}
      </div>
      {found.top.length > 0 && <Largest currency={currency} rows={found.top} />}
    </div>
  );
}

function factsOf(found: RerateResult): readonly Fact[] {
  const { currency } = found;
  const money = (text: string) => <Money currency={currency} micros={BigInt(text)} />;
  const facts: (Fact | false)[] = [
    { label: t("Charges compared"), value: <span className="figures">{numberText(found.calls)}</span> },
    {
      label: found.preview ? t("Would change") : t("Corrected"),
      value: <span className="figures">{numberText(found.changed)}</span>,
    },
    { label: t("Given back"), value: money(found.downMicros) },
    { label: t("Taken in addition"), value: money(found.upMicros) },
    found.uncollected > 0 && {
      label: t("Not collectable"),
      value: t("{count, plural, one {# call} other {# calls}}, more than the wallet has", { count: found.uncollected }),
      end: money(found.uncollectedMicros),
    },
    found.kept > 0 && {
      label: t("Kept"),
      value: t(
        "{count, plural, one {# that is disputed, credited or short would not go up} other {# that are disputed, credited or short would not go up}}",
        { count: found.kept },
      ),
    },
    found.noPrice > 0 && {
      label: t("No price"),
      value: t("{count, plural, one {# call stays as it is} other {# calls stay as they are}}", {
        count: found.noPrice,
      }),
    },
  ];
  return facts.filter((fact) => fact !== false);
}

function Largest({ rows, currency }: Readonly<{ rows: readonly RerateDifference[]; currency: string }>) {
  const { hrefOf } = useScope();
  const decimals = columnDecimals(
    rows.flatMap((row) => [BigInt(row.beforeMicros), BigInt(row.afterMicros)]),
    currency,
  );
  const money = (text: string) => <Money bare currency={currency} decimals={decimals} micros={BigInt(text)} />;
  const columns: readonly Column<RerateDifference>[] = [
    {
      key: "call",
      header: t("Call"),
      fold: "lead",
      cell: (row) => (
        <Link
          className="font-mono text-xs underline-offset-2 hover:underline"
          data-row=""
          href={`${hrefOf("calls")}?open=${row.callId}`}
        >
          {row.callId.slice(0, 8)}
        </Link>
      ),
    },
    { key: "buyer", header: t("Customer"), fold: "second", cell: (row) => row.buyer },
    {
      key: "before",
      header: t("Charge, {currency}", { currency }),
      numeric: true,
      cell: (row) => money(row.beforeMicros),
    },
    { key: "after", header: t("Comes to"), numeric: true, fold: "second-end", cell: (row) => money(row.afterMicros) },
    {
      key: "change",
      header: t("For the customer"),
      numeric: true,
      fold: "lead-end",
      cell: (row) => (
        <Money
          bare
          currency={currency}
          decimals={decimals}
          micros={BigInt(row.beforeMicros) - BigInt(row.afterMicros)}
          signed
        />
      ),
    },
  ];
  return (
    <Section level={2} title={t("Largest differences")}>
      <DataTable
        caption={t("Largest differences")}
        columns={columns}
        empty={null}
        fit
        rowKey={(row) => row.callId}
        rows={rows}
      />
    </Section>
  );
}
