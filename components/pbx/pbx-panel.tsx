"use client";

import { LookMark } from "@/components/pbx/look-mark";
import { pbxId, perSecondText } from "@/components/pbx/pbx-table";
import { faultsOf, linkLook, type Pbx, type PbxBoard } from "@/components/pbx/pbx-words";
import { ageText } from "@/components/reconciliation/age-text";
import { Moment } from "@/components/shell/moment";
import { type Fact, Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { daysSince } from "@/server/domain/system/manager-secret.schema";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ pbx: Pbx; secrets: PbxBoard["secrets"]; now: number; onClose: () => void }>;

/** One telephone system: what is wrong and what to do, then what is known of it. */
export function PbxPanel({ pbx, secrets, now, onClose }: Props) {
  const faults = faultsOf(pbx, secrets, now);
  return (
    <Panel onClose={onClose} subject={pbxId(pbx)} title={t("PBX {name}", { name: pbx.pbx })}>
      <div className="grid gap-6">
        {faults.map(({ what, fix }) => (
          <Notice key={what} title={what} tone="bad">
            {fix}
          </Notice>
        ))}
        <Facts facts={[...factsOf(pbx, now), ...linkFacts(pbx, now), ...secretFacts(secrets, now)]} />
      </div>
    </Panel>
  );
}

const factsOf = (pbx: Pbx, now: number): readonly Fact[] => [
  { label: t("Link"), value: <LookMark look={linkLook(pbx, now)} /> },
  { label: t("Calls now"), value: numberText(pbx.live) },
  { label: t("Calls a second"), value: t("{rate}, over the last minute", { rate: perSecondText(pbx.begun) }) },
  { label: t("Phones"), value: t("{n, plural, one {# registered} other {# registered}}", { n: pbx.contacts }) },
  { label: t("Heard of"), value: t("{age} ago", { age: ageText(pbx.heardAt, now) }) },
];

function linkFacts({ link }: Pbx, now: number): readonly Fact[] {
  if (!link) return [];
  const facts: (Fact | false)[] = [
    link.since !== null && { label: t("Link so since"), value: <Moment at={link.since} /> },
    link.version !== null && { label: t("Version"), value: `Asterisk ${link.version}` },
    link.bootedAt !== null && { label: t("Up for"), value: ageText(link.bootedAt, now) },
    link.calls !== null && { label: t("Channels"), value: numberText(link.calls) },
    link.lastEventAt !== null && {
      label: t("Last event"),
      value: t("{age} ago", { age: ageText(link.lastEventAt, now) }),
    },
    { label: t("PBX clock"), value: t("{ms} ms off", { ms: numberText(Math.round(link.clockOffsetMs)) }) },
    { label: t("Events dropped"), value: numberText(link.droppedEvents) },
  ];
  return facts.filter((fact) => fact !== false);
}

const secretFacts = (secrets: PbxBoard["secrets"], now: number): readonly Fact[] =>
  secrets.map(({ name, since }) => ({
    label: t("Age of {name}", { name }),
    value: t("{days, plural, one {# day} other {# days}}", { days: daysSince(since, new Date(now)) }),
  }));
