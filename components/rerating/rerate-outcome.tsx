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

/** What a preview found, with the way on; or what a run did. */
export function RerateOutcome({ result, action }: Readonly<{ result: unknown; action: ReactNode }>) {
  const found = readRerateResult(result);
  if (!found) return null;
  const { preview, changed, currency } = found;
  return (
    <div className="grid gap-6">
      {preview && changed > 0 && (
        <Notice action={action} title="Nothing has moved yet." tone="info">
          {found.buyersChanged === 1 ? "One customer" : `${found.buyersChanged} customers`} would be corrected.
        </Notice>
      )}
      {changed === 0 && (
        <Notice title="Every charge is as it should be." tone="ok">
          {found.calls} charges were compared.
        </Notice>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <Section level={2} title={preview ? "What it would do" : "What it did"}>
          <Facts facts={factsOf(found)} />
        </Section>
        {found.buyers.length > 0 && (
          <Section level={2} title="By customer">
            <Facts
              facts={found.buyers.slice(0, 10).map(({ buyer, calls, upMicros, downMicros }) => ({
                label: buyer,
                value: `${calls} calls`,
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
    { label: "Charges compared", value: <span className="figures">{found.calls}</span> },
    { label: found.preview ? "Would change" : "Corrected", value: <span className="figures">{found.changed}</span> },
    { label: "Given back", value: money(found.downMicros) },
    { label: "Taken in addition", value: money(found.upMicros) },
    found.uncollected > 0 && {
      label: "Not collectable",
      value: `${found.uncollected} calls, more than the wallet has`,
      end: money(found.uncollectedMicros),
    },
    found.kept > 0 && { label: "Kept", value: `${found.kept} that are disputed, credited or short would not go up` },
    found.noPrice > 0 && { label: "No price", value: `${found.noPrice} calls stay as they are` },
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
      header: "Call",
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
    { key: "buyer", header: "Customer", fold: "second", cell: (row) => row.buyer },
    { key: "before", header: `Charge, ${currency}`, numeric: true, cell: (row) => money(row.beforeMicros) },
    { key: "after", header: "Comes to", numeric: true, fold: "second-end", cell: (row) => money(row.afterMicros) },
    {
      key: "change",
      header: "For the customer",
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
    <Section level={2} title="Largest differences">
      <DataTable
        caption="Largest differences"
        columns={columns}
        empty={null}
        fit
        rowKey={(row) => row.callId}
        rows={rows}
      />
    </Section>
  );
}
