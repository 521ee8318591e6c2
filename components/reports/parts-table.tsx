"use client";

import { columnDecimals, moneyText } from "@/components/billing/money-text";
import {
  acdOf,
  asrOf,
  costOf,
  countOf,
  csvOf,
  lengthText,
  marginOf,
  minutesText,
  plainMoney,
  type ReportData,
  revenueOf,
  shareText,
} from "@/components/reports/report-words";
import { saveText } from "@/components/ui/save-text";
import { Section } from "@/components/ui/section";
import { Sideways } from "@/components/ui/sideways";
import { t } from "@/server/kernel/words";

export type Money = "cost" | "revenue" | "margin";
type Part = ReportData["ways"][number];
type Column = Readonly<{ name: string; cell: (part: Part) => string; file: (part: Part) => string }>;
type Props = Readonly<{
  title: string;
  of: string;
  parts: readonly Part[];
  report: ReportData;
  /** What money there is to tell: what the tenant paid, what it was paid, or both and what is left. */
  money: Money;
  nameOf?: (part: Part) => string;
  onOpen?: ((part: Part) => string) | undefined;
}>;

const SHOWN = 12;

/** The period divided one way, the dearest first; the file has them all. */
export function PartsTable({ title, of, parts, report, money, nameOf = ({ name }) => name, onOpen }: Props) {
  const columns = columnsOf(parts, report, money);
  const save = () =>
    saveText(
      `${of}-${report.span.from}-${report.span.to}.csv`,
      csvOf([
        [of, ...columns.map(({ name }) => name)],
        ...parts.map((part) => [nameOf(part), ...columns.map(({ file }) => file(part))]),
      ]),
    );
  if (parts.length === 0) return null;
  return (
    <Section
      aside={
        <button
          className="min-h-6 text-xs text-accent underline-offset-2 hover:underline print:hidden"
          onClick={save}
          type="button"
        >
          {t("Save as CSV")}
        </button>
      }
      level={2}
      title={title}
    >
      <Rows columns={columns} label={title} nameOf={nameOf} onOpen={onOpen} parts={parts.slice(0, SHOWN)} />
      {parts.length > SHOWN && (
        <p className="text-xs text-ink-3">
          {t("The first {shown} of {all}; the file has all.", { shown: SHOWN, all: parts.length })}
        </p>
      )}
    </Section>
  );
}

type RowsProps = Readonly<{
  label: string;
  columns: readonly Column[];
  parts: readonly Part[];
  nameOf: (part: Part) => string;
  onOpen: ((part: Part) => string) | undefined;
}>;

function Rows({ label, columns, parts, nameOf, onOpen }: RowsProps) {
  return (
    <Sideways label={label}>
      <table className="w-full text-start">
        <thead>
          <tr className="text-xs text-ink-3">
            <th className="sticky start-0 bg-bg font-medium" scope="col">
              <span className="sr-only">{t("Name")}</span>
            </th>
            {columns.map(({ name }) => (
              <th className="ps-4 text-end font-medium whitespace-nowrap" key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr className="border-t" key={part.value}>
              <th className="sticky start-0 max-w-48 truncate bg-bg py-1.5 font-normal" scope="row">
                {onOpen ? (
                  <a className="underline-offset-2 hover:underline" href={onOpen(part)}>
                    {nameOf(part)}
                  </a>
                ) : (
                  nameOf(part)
                )}
              </th>
              {columns.map(({ name, cell }) => (
                <td className="figures ps-4 text-end whitespace-nowrap" key={name}>
                  {cell(part)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}

function columnsOf(parts: readonly Part[], { currency }: ReportData, told: Money): readonly Column[] {
  const money = (name: string, of: (part: Part) => bigint): Column => {
    const decimals = columnDecimals(parts.map(of), currency);
    return {
      name: `${name} ${currency}`,
      cell: (part) => moneyText(of(part), currency, { decimals, bare: true }),
      file: (part) => plainMoney(of(part)),
    };
  };
  const marginShare = (part: Part): number | null =>
    revenueOf(part) > 0n ? Number(marginOf(part)) / Number(revenueOf(part)) : null;
  const share: Column = {
    name: t("Margin %"),
    cell: (part) => shareText(marginShare(part)),
    file: (part) => marginShare(part)?.toFixed(4) ?? "",
  };
  return [
    { name: t("Calls"), cell: ({ calls }) => countOf(calls), file: ({ calls }) => String(calls) },
    { name: t("Answered"), cell: (part) => shareText(asrOf(part)), file: (part) => String(part.answered) },
    {
      name: t("Minutes"),
      cell: ({ talkMs }) => minutesText(talkMs),
      file: ({ talkMs }) => (talkMs / 60_000).toFixed(3),
    },
    { name: t("Average"), cell: (part) => lengthText(acdOf(part)), file: (part) => acdOf(part)?.toFixed(1) ?? "" },
    ...(told === "cost" ? [] : [money(t("Revenue"), revenueOf)]),
    ...(told === "revenue" ? [] : [money(t("Cost"), costOf)]),
    ...(told === "margin" ? [money(t("Margin"), marginOf), share] : []),
  ];
}
