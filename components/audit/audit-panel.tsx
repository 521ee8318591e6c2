"use client";

import type { AuditRow } from "@/components/api/outputs";
import { AuditOutcome } from "@/components/audit/audit-outcome";
import { changedValues } from "@/components/audit/changed-values";
import { Moment } from "@/components/shell/moment";
import { cx } from "@/components/ui/cx";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ row: AuditRow | undefined; seq: string; onClose: () => void }>;

/** One event with its values before and after. */
export function AuditPanel({ row, seq, onClose }: Props) {
  return (
    <Panel onClose={onClose} subject={seq} title={row ? row.action : t("Event {seq}", { seq })}>
      {row ? (
        <div className="grid gap-6">
          <Facts
            facts={[
              { label: t("When"), value: <Moment at={row.at} full /> },
              { label: t("Who"), value: row.actor },
              ...(row.actingFor ? [{ label: t("Acting for"), value: row.actingFor }] : []),
              { label: t("audit|Subject"), value: <code className="text-xs break-all">{row.subject}</code> },
              { label: t("source|From"), value: <code>{row.address || "–"}</code> },
              { label: t("Outcome"), value: <AuditOutcome outcome={row.outcome} /> },
              { label: t("Number in chain"), value: <span className="figures">{String(row.seq)}</span> },
            ]}
          />
          <Changes row={row} />
        </div>
      ) : (
        <Notice title={t("This event is not on the page shown.")} tone="info">
          {t("Clear the filter or go to the page it is on.")}
        </Notice>
      )}
    </Panel>
  );
}

function Changes({ row }: Readonly<{ row: AuditRow }>) {
  const values = changedValues(row.before, row.after);
  if (values.length === 0) return <p className="text-ink-2">{t("The event carries no values.")}</p>;
  return (
    <Section title={t("Before and after")}>
      <table className="w-full table-fixed text-start">
        <thead>
          <tr className="text-xs text-ink-3">
            <th className="h-7 w-1/3 border-b font-medium" scope="col">
              {t("Field")}
            </th>
            <th className="border-b font-medium" scope="col">
              {t("Before")}
            </th>
            <th className="border-b font-medium" scope="col">
              {t("After")}
            </th>
          </tr>
        </thead>
        <tbody className="font-mono text-xs">
          {values.map((value) => (
            <tr className={cx("border-b align-top", !value.differs && "text-ink-3")} key={value.field}>
              <th className="py-1.5 pe-3 font-normal break-words" scope="row">
                {value.field}
              </th>
              <td className="py-1.5 pe-3 break-words">{value.before}</td>
              <td className={cx("py-1.5 break-words", value.differs && "font-semibold text-ink")}>{value.after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
