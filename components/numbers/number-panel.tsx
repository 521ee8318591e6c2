"use client";

import { useState } from "react";
import type { NumberRow } from "@/components/api/outputs";
import { PhoneNumber } from "@/components/calls/phone-number";
import { GiveNumber } from "@/components/numbers/give-number";
import { IncomingPrice } from "@/components/numbers/incoming-price";
import { LoseNumber } from "@/components/numbers/lose-number";
import { RouteNumber } from "@/components/numbers/route-number";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { type Fact, Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ number: NumberRow; onClose: () => void }>;

/** One number: whose it is, where it rings, what calls to it cost, and what can be done with it. */
export function NumberPanel({ number, onClose }: Props) {
  const { tenant } = useScope();
  return (
    <Panel onClose={onClose} subject={number.number} title={number.formatted}>
      <div className="grid gap-6">
        <Actions number={number} onGone={onClose} />
        <Facts facts={factsOf(number, tenant.kind)} />
      </div>
    </Panel>
  );
}

type Act = "route" | "give" | "take" | "remove";

function Actions({ number, onGone }: Readonly<{ number: NumberRow; onGone: () => void }>) {
  const { can, tenant } = useScope();
  const [act, setAct] = useState<Act>();
  const close = () => setAct(undefined);
  const gives = can("numbers.give") && tenant.kind !== "customer";
  const may: Readonly<Record<Act, boolean>> = {
    route: number.own && can("numbers.write"),
    give: number.own && gives,
    take: !number.own && gives,
    remove: gives && tenant.kind === "operator",
  };
  if (!Object.values(may).includes(true)) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {may.route && (
        <Button look={tenant.kind === "customer" ? "primary" : "plain"} onClick={() => setAct("route")}>
          {t("Choose where it rings…")}
        </Button>
      )}
      {may.give && (
        <Button look="primary" onClick={() => setAct("give")}>
          {t("Give to a tenant…")}
        </Button>
      )}
      {may.take && <Button onClick={() => setAct("take")}>{t("Take back…")}</Button>}
      {may.remove && (
        <Button look="warning" onClick={() => setAct("remove")}>
          {t("Take out of service…")}
        </Button>
      )}
      {act === "route" && <RouteNumber number={number} onClose={close} />}
      {act === "give" && <GiveNumber number={number} onClose={close} />}
      {act === "take" && <LoseNumber act="take" number={number} onClose={close} onDone={close} />}
      {act === "remove" && <LoseNumber act="remove" number={number} onClose={close} onDone={onGone} />}
    </div>
  );
}

function factsOf(number: NumberRow, kind: string): readonly Fact[] {
  const { extension, holder, own } = number;
  const facts: (Fact | false)[] = [
    {
      label: t("Number"),
      value: <PhoneNumber formatted={number.formatted} />,
      end: <CopyButton label={t("Copy the number")} text={`+${number.number}`} />,
    },
    {
      label: t("Rings at"),
      value: extension ? `${extension.number} ${extension.name}` : t("nowhere: callers hear that it is not in service"),
    },
    kind !== "customer" && { label: t("Holder"), value: own ? t("not given to anybody") : holder.name },
    kind !== "operator" && { label: t("You pay"), value: <IncomingPrice price={number.price} /> },
    { label: t("In service since"), value: <Moment at={number.since} full /> },
  ];
  return facts.filter((fact) => fact !== false);
}
