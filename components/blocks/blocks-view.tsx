"use client";

import { BansSection } from "@/components/blocks/bans-section";
import { HotListsSection } from "@/components/blocks/hot-lists-section";
import { NumbersSection } from "@/components/blocks/numbers-section";
import { useScope } from "@/components/shell/scope";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs } from "@/components/ui/tabs";
import { t } from "@/server/kernel/words";

const OwnBans = later(() => import("@/components/blocks/own-bans-section").then((file) => file.OwnBansSection));
const Trunks = later(() => import("@/components/blocks/trunks-section").then((file) => file.TrunksSection));
const BanRules = later(() => import("@/components/blocks/ban-rules-section").then((file) => file.BanRulesSection));

/** Who is not let in, and which numbers are not called. Bans are the operator's; numbers are everybody's own. */
export function BlocksView() {
  const { tenant, can } = useScope();
  const bans =
    tenant.kind === "operator" && can("bans.read")
      ? [
          { key: "bans", label: t("Addresses"), content: <BansSection /> },
          { key: "rules", label: t("Ban rules"), content: <BanRules /> },
          { key: "trunks", label: t("Trunks"), content: <Trunks /> },
        ]
      : [];
  const own = tenant.kind !== "operator" ? [{ key: "own", label: t("Your addresses"), content: <OwnBans /> }] : [];
  return (
    <>
      <PageHeader title={t("Blocks")} />
      <Tabs
        label={t("What is blocked")}
        tabs={[
          ...bans,
          { key: "numbers", label: t("Numbers"), content: <NumbersSection /> },
          { key: "lists", label: t("Hot lists"), content: <HotListsSection /> },
          ...own,
        ]}
      />
    </>
  );
}
