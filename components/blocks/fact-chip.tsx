"use client";

import type { ReactNode } from "react";
import { type FactKind, factActs } from "@/components/blocks/fact-acts";
import { factForm } from "@/components/blocks/fact-form-store";
import { ruleHref } from "@/components/rules/rule-begin";
import { useScope } from "@/components/shell/scope";
import { ActMenu } from "@/components/ui/act-menu";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  kind: FactKind;
  value: string;
  /** Where one goes on looking. */
  links?: readonly Readonly<{ label: string; href: string }>[];
  /** Narrows the list that is shown to it. */
  onOnly?: () => void;
  /** Why it would be banned, to begin with. */
  reason?: string;
  /** As it is shown, where that is not the value itself. */
  children?: ReactNode;
}>;

/** An address, a number or a name, with what can be done about it in a menu; without anything to do it is only said. */
export function FactChip({ kind, value, links = [], onOnly, reason, children }: Props) {
  const scope = useScope();
  const acts = factActs(kind, value, scope);
  const said = children ?? <code className="break-all">{value || "–"}</code>;
  if (value === "" || (links.length === 0 && acts.length === 0 && !onOnly)) return said;
  return (
    <ActMenu
      items={[
        onOnly && { label: t("Only these"), onPress: onOnly },
        ...links,
        acts.includes("ban") && {
          label: t("Ban an address…"),
          onPress: () => factForm.open({ ask: "ban", network: value, reason }),
        },
        acts.includes("rule") && { label: t("Make a rule…"), href: ruleHref(scope.tenantSlug, { action: "ban" }) },
        acts.includes("block") && {
          label: t("Block a number…"),
          onPress: () => factForm.open({ ask: "block", digits: `+${value.replace(/^\+/, "")}` }),
        },
      ]}
      label={t("{value}: what can be done", { value })}
      trigger={said}
      triggerClass="relative z-1 inline-flex min-h-6 max-w-full items-center rounded-md border bg-surface px-1.5 text-start hover:bg-sunken"
    />
  );
}
