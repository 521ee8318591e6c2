"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { HoldRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { LiftHold, PlaceHold } from "@/components/retention/hold-dialogs";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { momentText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { withinText } from "@/components/words/within";
import { classWords } from "@/server/domain/retention/retention-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

/** Who may lift no hold sees no way to. */
const columnsIn = (timeZone: string, lift: ((row: HoldRow) => void) | undefined): readonly Column<HoldRow>[] => [
  {
    key: "held",
    header: t("Held"),
    fold: "lead",
    grow: "text",
    cell: ({ label, liftedAt }) => <span className={liftedAt ? "text-ink-3" : "font-medium"}>{label}</span>,
  },
  { key: "kind", header: t("Kind"), from: "lg", cell: ({ kind }) => kindText(kind) },
  {
    key: "why",
    header: t("Why"),
    fold: "second",
    cell: ({ reason, liftReason }) =>
      liftReason === null ? reason : t("{reason} Lifted: {why}", { reason, why: liftReason }),
  },
  { key: "by", header: t("By"), from: "lg", cell: ({ placedBy, liftedBy }) => liftedBy ?? placedBy },
  {
    key: "since",
    header: t("Since"),
    fold: "lead-end",
    cell: ({ since, liftedAt }) =>
      liftedAt ? t("until {at}", { at: momentText(liftedAt, timeZone) }) : <Moment at={since} />,
  },
  {
    key: "rows",
    header: t("Rows held"),
    cell: (row) => (row.liftedAt ? "–" : <HeldRows hold={row.key} of={row.label} />),
  },
  {
    key: "lift",
    header: t("Actions"),
    fold: "below",
    cell: (row) =>
      lift &&
      row.id !== null &&
      row.liftedAt === null && (
        <Button look="quiet" onClick={() => lift(row)}>
          {rich("Lift hold<more> on {label}</more>", {
            more: (text) => <span className="sr-only">{text}</span>,
            label: row.label,
          })}
        </Button>
      ),
  },
];

const kinds: Readonly<Record<string, Message>> = {
  tenant: msg("tenant"),
  person: msg("person"),
  number: msg("number"),
  incident: msg("incident"),
};
function kindText(kind: string): string {
  const known = kinds[kind];
  return known ? say(known) : kind;
}

/** What retention and erasure must leave alone: placed, looked at and lifted here. Open incidents with evidence hold by themselves. */
export function HoldsSection() {
  const { tenantSlug, can, timeZone } = useScope();
  const [placing, setPlacing] = useState(false);
  const [lifted, setLifted] = useState<HoldRow>();
  const holds = useQuery(useTRPC().evidence.holds.queryOptions({ tenantSlug }));
  const writes = can("evidence.write");
  return (
    <Section
      aside={
        writes && (
          <Button look="quiet" onClick={() => setPlacing(true)}>
            {t("Place hold")}
          </Button>
        )
      }
      level={2}
      title={t("Legal holds")}
    >
      <QueryView query={holds}>
        {(rows) => (
          <DataTable
            caption={t("Legal holds")}
            columns={columnsIn(timeZone, writes ? setLifted : undefined)}
            empty={
              <Empty title={t("Nothing is held.")}>
                {t("A hold keeps what is about a tenant, a person, a number or an incident until somebody lifts it.")}
              </Empty>
            }
            rowKey={({ key }) => key}
            rows={rows}
          />
        )}
      </QueryView>
      {placing && <PlaceHold onClose={() => setPlacing(false)} />}
      {lifted && <LiftHold hold={lifted} onClose={() => setLifted(undefined)} />}
    </Section>
  );
}

/** Counted when somebody wants to know: it looks at every row. */
function HeldRows({ hold, of }: Readonly<{ hold: string; of: string }>) {
  const { tenantSlug } = useScope();
  const [asked, setAsked] = useState(false);
  const count = useQuery(useTRPC().evidence.held.queryOptions({ tenantSlug, hold }, { enabled: asked, gcTime: 0 }));
  if (!asked || count.isFetching) {
    return (
      <Button busy={count.isFetching && t("Counting…")} look="quiet" onClick={() => setAsked(true)}>
        {rich("Count<more> what the hold on {label} keeps</more>", {
          more: (text) => <span className="sr-only">{text}</span>,
          label: of,
        })}
      </Button>
    );
  }
  if (count.error) return <span className="text-bad">{refusalOf(count.error).title}</span>;
  if (!count.data || count.data.length === 0) return t("nothing");
  return count.data
    .map(({ class: name, rows }) => t("{n} {what}", { n: rows, what: withinText(say(classWords[name].name)) }))
    .join(", ");
}
