"use client";

import { useState } from "react";

import { moneyText } from "@/components/billing/money-text";
import { durationText } from "@/components/calls/duration-text";
import { LookMark } from "@/components/pbx/look-mark";
import { asrOf, causeText, type TrunkBoard, type TrunkLine, trunkLook, type Way } from "@/components/pbx/trunk-words";
import { trunkId } from "@/components/pbx/trunks-table";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Fact, Facts } from "@/components/ui/facts";
import { later } from "@/components/ui/later";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { DIALLED_TRUNK } from "@/server/kernel/dialled-trunk";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

const Edit = later(() => import("@/components/blocks/trunk-networks").then((file) => file.TrunkNetworks));

type Props = Readonly<{ board: TrunkBoard; trunk: TrunkLine; onClose: () => void }>;

/** One way to the world: whether it answers, where its calls may come from, and what became of its calls. */
export function TrunkPanel({ board, trunk, onClose }: Props) {
  const { can } = useScope();
  const [editing, setEditing] = useState(false);
  const span = board.hours === 1 ? t("Last hour") : t("Last 24 hours");
  const { out, in: inbound } = trunk.sums;
  return (
    <Panel onClose={onClose} subject={trunkId(trunk)} title={t("Trunk {name}", { name: trunk.trunk })}>
      <div className="grid gap-6">
        <Facts facts={stateFacts(trunk)} />
        <Section
          aside={
            can("bans.write") && (
              <Button look="quiet" onClick={() => setEditing(true)}>
                {t("Change…")}
              </Button>
            )
          }
          title={t("Calls may come from")}
        >
          <Networks trunk={trunk} />
        </Section>
        {trunk.trunk === DIALLED_TRUNK && (
          <Section title={t("Calls out, {span}", { span })}>
            <Facts facts={[...wayFacts(out), chargedFact(board)]} />
            <Causes way={out} />
          </Section>
        )}
        <Section title={t("Calls in, {span}", { span })}>
          <Facts facts={wayFacts(inbound)} />
          <Causes way={inbound} />
        </Section>
      </div>
      {editing && <Edit onClose={() => setEditing(false)} trunk={trunk} />}
    </Panel>
  );
}

/** Asterisk's word for an address, in the reader's; a rare one stays as it is. */
function statusText(status: string): string {
  if (status === "Reachable") return t("Reachable");
  return status === "Unreachable" ? t("Unreachable") : status;
}

function stateFacts(trunk: TrunkLine): readonly Fact[] {
  return [
    { label: t("State"), value: <LookMark look={trunkLook(trunk)} /> },
    ...trunk.contacts.map(({ pbx, status, roundTripMs }) => ({
      label: t("Asked by {pbx}", { pbx }),
      value:
        status === "NonQualified"
          ? t("Nobody asks: the state is that of its calls")
          : roundTripMs === null
            ? statusText(status)
            : t("{status}, {ms} ms there and back", {
                status: statusText(status),
                ms: numberText(Math.round(roundTripMs)),
              }),
    })),
    { label: t("Calls now"), value: t("{n}, no limit of its own", { n: numberText(trunk.sums.live) }) },
  ];
}

function Networks({ trunk: { networks, configured } }: Readonly<{ trunk: TrunkLine }>) {
  const shown = networks.length > 0 ? networks : configured;
  if (shown.length === 0) return <p className="text-ink-3">{t("Nowhere: no address is known.")}</p>;
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-1">
      {shown.map((network) => (
        <code key={network}>
          <bdi dir="ltr">{network}</bdi>
        </code>
      ))}
      {networks.length === 0 && <span className="text-ink-3">{t("as configured at the PBX")}</span>}
    </p>
  );
}

function wayFacts(way: Way): readonly Fact[] {
  const { calls, answered, averageSeconds, failed, lastAnsweredAt, lastFailed } = way;
  const facts: (Fact | false)[] = [
    { label: t("Calls"), value: numberText(calls) },
    calls > 0 && {
      label: t("Answered (ASR)"),
      value: t("{answered}, {share} %", { answered: numberText(answered), share: asrOf(way) ?? 0 }),
    },
    averageSeconds !== null && { label: t("Average (ACD)"), value: durationText(averageSeconds) },
    calls > 0 && { label: t("Failed in the network"), value: numberText(failed) },
    lastAnsweredAt !== null && { label: t("Last answer"), value: <Moment at={lastAnsweredAt} /> },
    lastFailed !== null && {
      label: t("Last failure"),
      value: <Moment at={lastFailed.at} />,
      end: causeText(lastFailed.cause),
    },
  ];
  return facts.filter((fact) => fact !== false);
}

const chargedFact = ({ charged }: TrunkBoard): Fact => ({
  label: t("Charged below"),
  value: moneyText(charged.micros, charged.currency),
});

/** Why calls were not answered, the most frequent first, as a bar each. */
function Causes({ way: { causes, calls } }: Readonly<{ way: Way }>) {
  if (causes.length === 0) return null;
  return (
    <table className="w-full text-start">
      <caption className="py-1 text-start text-xs text-ink-3">{t("Why calls were not answered")}</caption>
      <tbody>
        {causes.map(({ cause, calls: of }) => (
          <tr className="border-b" key={cause ?? "none"}>
            <th className="py-1 pe-3 text-start font-normal" scope="row">
              {causeText(cause)}
            </th>
            <td className="w-24 py-1">
              <span
                aria-hidden="true"
                className="block h-2 rounded-sm bg-ink-3"
                style={{ inlineSize: `${Math.max(2, (100 * of) / calls)}%` }}
              />
            </td>
            <td className="figures w-20 py-1 text-end">{numberText(of)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
