"use client";

import type { RuleRow } from "@/components/api/outputs";
import {
  actionText,
  amountText,
  modeText,
  scopeText,
  signalWords,
  spanText,
  warnText,
} from "@/components/rules/rule-words";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { t } from "@/server/kernel/words";

/** How a rule stands in the address. */
export const ruleId = ({ signal, scope }: Pick<RuleRow, "signal" | "scope">): string => `${signal}.${scope}`;

type Props = Readonly<{ rows: readonly RuleRow[]; openId: string | undefined }>;

/** Every rule, as it holds. */
export function RulesTable({ rows, openId }: Props) {
  return (
    <DataTable
      caption={t("Rules")}
      columns={columns(rows.some(({ record }) => record !== null))}
      empty={<Empty title={t("There are no rules here.")} />}
      openKey={openId}
      rowKey={ruleId}
      rows={rows}
    />
  );
}

const changed = ({ own }: RuleRow) => Object.values(own).some((value) => value !== null);
const times = (n: number) => (n > 0 ? n : <span className="text-ink-3">–</span>);

const columns = (decided: boolean): readonly Column<RuleRow>[] => [
  {
    key: "signal",
    header: t("What is counted"),
    grow: true,
    fold: "lead",
    cell: (row) => (
      <RowLink className="font-medium" id={ruleId(row)}>
        {signalWords(row.signal).name}
        <span className="font-normal text-ink-3"> {t("per {scope}", { scope: scopeText(row.scope) })}</span>
        {changed(row) && <span className="font-normal text-ink-2"> {t("· changed here")}</span>}
      </RowLink>
    ),
  },
  {
    key: "mode",
    header: t("Mode"),
    fold: "lead-end",
    cell: ({ effective: { mode } }) => (
      <span className={mode === "enforce" ? "font-medium" : "text-ink-3"}>{modeText(mode)}</span>
    ),
  },
  {
    key: "window",
    header: t("Within"),
    numeric: true,
    fold: "hide",
    cell: (row) => spanText(row, row.effective),
  },
  {
    key: "warn",
    header: t("Warns at"),
    numeric: true,
    named: false,
    fold: "second",
    cell: (row) => <Thresholds row={row} />,
  },
  {
    key: "critical",
    header: t("Critical at"),
    numeric: true,
    fold: "hide",
    cell: (row) => amountText(row, row.effective.critical),
  },
  { key: "action", header: t("At most"), from: "lg", cell: (row) => actionText(row.effective.action) },
  {
    key: "fired",
    header: t("Fired, 30 days"),
    numeric: true,
    fold: "second-end",
    cell: ({ fired }) => times(fired.warn + fired.critical + fired.shadow),
  },
  ...(decided ? [decisions()] : []),
];

const decisions = (): Column<RuleRow> => ({
  key: "true",
  header: t("rule|True"),
  numeric: true,
  from: "xl",
  cell: ({ record }) => trueText(record),
});

/** Which share of what the desk decided was real. */
function trueText(record: RuleRow["record"]) {
  const { confirmed = 0, dismissed = 0 } = record ?? {};
  const decided = confirmed + dismissed;
  if (decided === 0) return times(0);
  return t("{percent} % of {n}", { percent: Math.round((confirmed * 100) / decided), n: decided });
}

/** On a telephone one line holds both thresholds. */
function Thresholds({ row }: Readonly<{ row: RuleRow }>) {
  const [warn, critical] = [warnText(row, row.effective.warn), amountText(row, row.effective.critical)];
  return (
    <>
      <span className="max-sm:hidden">{warn}</span>
      <span className="sm:hidden">{t("Warns at {warn}, critical at {critical}", { warn, critical })}</span>
    </>
  );
}
