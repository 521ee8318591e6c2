"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { RuleRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { RuleForm } from "@/components/rules/rule-form";
import { actionText, modeText, plain, ruleLine, scopeText, signalWords } from "@/components/rules/rule-words";
import { ruleId } from "@/components/rules/rules-table";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Fact, Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ row: RuleRow; of: string | undefined; onClose: () => void }>;

/** One rule: what holds and from whom, how often it fired, and what one says about it. */
export function RulePanel({ row, of, onClose }: Props) {
  const { can } = useScope();
  const words = signalWords(row.signal);
  return (
    <Panel
      onClose={onClose}
      subject={ruleId(row)}
      title={t("{what} per {scope}", { what: words.name, scope: scopeText(row.scope) })}
    >
      <div className="grid gap-6">
        <p className="text-ink-2">
          {words.counts} {row.money && t("Where nobody chose a number, it is about as much in every currency.")}
        </p>
        {row.effective.action === "contain_unusual" && (
          <p className="text-ink-2">
            {t(
              "Unusual is twice what its dearest day of the last four weeks cost, and critical at least; while fewer than three days tell, three times critical. An incident is opened before that.",
            )}
          </p>
        )}
        <Facts facts={factsOf(row)} />
        {can("rules.write") && <RuleForm of={of} row={row} />}
        <Findings row={row} />
      </div>
    </Panel>
  );
}

const holding = (row: RuleRow) => (rule: RuleRow["effective"]) => (
  <>
    {modeText(rule.mode)}: {ruleLine(row, rule)}. {actionText(rule.action)}.
  </>
);

function factsOf(row: RuleRow): readonly Fact[] {
  const { effective, inherited, bound, fired, record } = row;
  const holds = holding(row);
  const same = JSON.stringify(effective) === JSON.stringify(inherited);
  const facts: (Fact | false)[] = [
    { label: t("Holds"), value: holds(effective) },
    !same && { label: t("Inherited"), value: holds(inherited) },
    row.until !== null && {
      label: t("Ends"),
      value: rich("{at}; then it is inherited again.", { at: <Moment at={row.until} full /> }),
    },
    bound !== null && {
      label: t("Enforced above"),
      value: rich("{rule} Yours can be stricter, not looser.", { rule: holds(bound) }),
    },
    {
      label: t("Last 30 days"),
      value: [
        t("{n, plural, one {# warning} other {# warnings}}", { n: fired.warn }),
        t("{n, plural, one {# critical} other {# critical}}", { n: fired.critical }),
        ...(fired.shadow > 0 ? [t("{n, plural, one {# in shadow} other {# in shadow}}", { n: fired.shadow })] : []),
      ].join(", "),
    },
    record !== null && { label: t("Its incidents"), value: recordText(record) },
    record !== null &&
      record.exposure.length > 0 && {
        label: t("Median exposure"),
        value: (
          <span className="flex flex-wrap gap-x-3">
            {record.exposure.map(({ currency, medianMicros }) => (
              <Money currency={currency} key={currency} micros={medianMicros} />
            ))}
          </span>
        ),
      },
  ];
  return facts.filter((fact) => fact !== false);
}

/** What the desk decided of the incidents of the last 30 days. */
const recordText = ({ confirmed, dismissed, undecided }: NonNullable<RuleRow["record"]>): string =>
  [
    t("{n, plural, one {# confirmed} other {# confirmed}}", { n: confirmed }),
    t("{n, plural, one {# dismissed} other {# dismissed}}", { n: dismissed }),
    ...(undecided > 0 ? [t("{n, plural, one {# undecided} other {# undecided}}", { n: undecided })] : []),
  ].join(", ");

const SHOWN = 10;

/** When it was over a threshold lately, here and below. */
function Findings({ row: { signal, scope, fired } }: Readonly<{ row: RuleRow }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().rules.findings.queryOptions({ tenantSlug, signal, scope, limit: SHOWN }));
  if (fired.warn + fired.critical + fired.shadow === 0) return null;
  return (
    <Section title={t("Fired lately")}>
      <QueryView query={query}>
        {({ items }) => (
          <ul className="grid">
            {items.map((one) => (
              <li className="flex items-baseline justify-between gap-4 border-b py-1" key={one.id}>
                <span className="min-w-0">
                  <code className="break-all">{one.source}</code>{" "}
                  <span className="text-ink-2">
                    {[
                      plain(one.value),
                      one.level === "critical" ? t("critical") : t("warning"),
                      ...(one.mode === "shadow" ? [t("in shadow")] : []),
                      ...(one.incidentNumber === null ? [] : [t("incident {number}", { number: one.incidentNumber })]),
                    ].join(", ")}
                  </span>
                </span>
                <span className="text-ink-3">
                  <Moment at={one.lastAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Section>
  );
}
