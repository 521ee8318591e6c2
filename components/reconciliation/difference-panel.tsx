"use client";

import type { DifferenceRow } from "@/components/api/outputs";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { closesItself, differenceWords } from "@/components/reconciliation/difference-words";
import { evidenceFacts } from "@/components/reconciliation/evidence-text";
import { ResolveDifference } from "@/components/reconciliation/resolve-difference";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ row: DifferenceRow | undefined; id: string; onClose: () => void }>;

/** One difference: what each source says, what it may cost, and how a person closes it. */
export function DifferencePanel({ row, id, onClose }: Props) {
  const { can } = useScope();
  if (!row) {
    return (
      <Panel onClose={onClose} subject={id} title={t("Difference")}>
        <Notice title={t("It is not on the page shown.")} tone="info">
          {t('It may be closed by now. Choose "Closed" above, or clear the filter.')}
        </Notice>
      </Panel>
    );
  }
  const words = differenceWords(row.kind);
  return (
    <Panel onClose={onClose} subject={id} title={words.title}>
      <div className="grid gap-6">
        <p className="text-ink-2">{words.meaning}</p>
        <Facts
          facts={[
            { label: t("At risk"), value: <AtRisk currency={row.currency} micros={row.moneyAtRiskMicros} /> },
            { label: t("Tenant"), value: row.tenantName, end: <code className="text-xs">{row.tenantSlug}</code> },
            { label: t("Found"), value: <Moment at={row.foundAt} full /> },
            { label: t("About"), value: <code className="text-xs break-all">{row.subject}</code> },
          ]}
        />
        <Section title={t("Evidence")}>
          <Facts
            facts={evidenceFacts(row.evidence).map(({ name, value }) => ({
              label: name,
              value: <code className="text-xs break-all">{value}</code>,
            }))}
          />
        </Section>
        {row.closedAt ? <Closed row={row} /> : <p className="text-ink-2">{words.next}</p>}
        {!row.closedAt && can("reconciliation.write") && !closesItself(row.kind) && (
          <ResolveDifference onDone={onClose} row={row} />
        )}
      </div>
    </Panel>
  );
}

function Closed({ row }: Readonly<{ row: DifferenceRow }>) {
  return (
    <Section title={t("difference|Closed")}>
      <Facts
        facts={[
          ...(row.closedAt ? [{ label: t("When"), value: <Moment at={row.closedAt} full /> }] : []),
          { label: t("By"), value: row.resolvedBy ?? t("better evidence") },
          ...(row.resolution ? [{ label: t("Why"), value: row.resolution }] : []),
        ]}
      />
    </Section>
  );
}
