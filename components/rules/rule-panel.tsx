"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { RuleRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { RuleForm } from "@/components/rules/rule-form";
import { actionText, modeText, plain, ruleLine, scopeText, signalWords } from "@/components/rules/rule-words";
import { ruleId } from "@/components/rules/rules-table";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Fact, Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";

type Props = Readonly<{ row: RuleRow; of: string | undefined; onClose: () => void }>;

/** One rule: what holds and from whom, how often it fired, and what one says about it. */
export function RulePanel({ row, of, onClose }: Props) {
  const { can } = useScope();
  const words = signalWords(row.signal);
  return (
    <Panel onClose={onClose} subject={ruleId(row)} title={`${words.name} per ${scopeText(row.scope)}`}>
      <div className="grid gap-6">
        <p className="text-ink-2">{words.counts}</p>
        <Facts facts={factsOf(row)} />
        {can("rules.write") && <RuleForm of={of} row={row} />}
        <Findings row={row} />
      </div>
    </Panel>
  );
}

const holds = (rule: RuleRow["effective"]) => (
  <>
    {modeText(rule.mode)}: {ruleLine(rule)}. {actionText(rule.action)}.
  </>
);

function factsOf({ effective, inherited, bound, fired }: RuleRow): readonly Fact[] {
  const same = JSON.stringify(effective) === JSON.stringify(inherited);
  const facts: (Fact | false)[] = [
    { label: "Holds", value: holds(effective) },
    !same && { label: "Inherited", value: holds(inherited) },
    bound !== null && { label: "Enforced above", value: <>{holds(bound)} Yours can be stricter, not looser.</> },
    {
      label: "Last 30 days",
      value: `${fired.warn} warnings, ${fired.critical} critical${fired.shadow > 0 ? `, ${fired.shadow} in shadow` : ""}`,
    },
  ];
  return facts.filter((fact) => fact !== false);
}

const SHOWN = 10;

/** When it was over a threshold lately, here and below. */
function Findings({ row: { signal, scope, fired } }: Readonly<{ row: RuleRow }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().rules.findings.queryOptions({ tenantSlug, signal, scope, limit: SHOWN }));
  if (fired.warn + fired.critical + fired.shadow === 0) return null;
  return (
    <Section title="Fired lately">
      <QueryView query={query}>
        {({ items }) => (
          <ul className="grid">
            {items.map((one) => (
              <li className="flex items-baseline justify-between gap-4 border-b py-1" key={one.id}>
                <span className="min-w-0">
                  <code className="break-all">{one.source}</code>{" "}
                  <span className="text-ink-2">
                    {plain(one.value)}, {one.level}
                    {one.mode === "shadow" && " in shadow"}
                    {one.incidentNumber !== null && `, incident ${one.incidentNumber}`}
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
