"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { PbxTable, pbxId } from "@/components/pbx/pbx-table";
import type { PbxBoard } from "@/components/pbx/pbx-words";
import { TrunksTable, trunkId } from "@/components/pbx/trunks-table";
import { useScope } from "@/components/shell/scope";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { useNow } from "@/components/ui/use-now";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const PbxPanel = later(() => import("@/components/pbx/pbx-panel").then((file) => file.PbxPanel));
const TrunkPanel = later(() => import("@/components/pbx/trunk-panel").then((file) => file.TrunkPanel));

/** A worker beats every five seconds; nothing here comes with the stream. */
const RECHECK_MS = 5_000;
const TRUNKS_MS = 15_000;

/** Whether the telephone systems and the ways to the world work, what they carry, and what to do where they do not. */
export function PbxView() {
  const { tenantSlug } = useScope();
  const pbxs = useQuery(useTRPC().pbx.list.queryOptions({ tenantSlug }, { refetchInterval: RECHECK_MS }));
  return (
    <>
      <PageHeader title={t("PBXs and trunks")} />
      <div className="grid gap-8">
        <Section level={2} title={t("PBXs")}>
          <QueryView query={pbxs}>{(board) => <Pbxs board={board} />}</QueryView>
        </Section>
        <Trunks />
      </div>
    </>
  );
}

function Pbxs({ board }: Readonly<{ board: PbxBoard }>) {
  const now = useNow(board.now).getTime();
  const { openId, close } = useOpen();
  const open = board.pbxs.find((one) => pbxId(one) === openId);
  return (
    <>
      <PbxTable board={board} now={now} openId={openId} />
      {open && <PbxPanel now={now} onClose={close} pbx={open} secrets={board.secrets} />}
    </>
  );
}

const spans = () => [
  { value: "", label: t("Last hour") },
  { value: "24", label: t("Last 24 hours") },
];

function Trunks() {
  const { tenantSlug } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const hours = params.get("hours") === "24" ? 24 : 1;
  // A day of calls is read once, when it is asked for: it hardly changes within minutes.
  const options = { refetchInterval: hours === 1 && TRUNKS_MS, placeholderData: keepPreviousData };
  const query = useQuery(useTRPC().pbx.trunks.queryOptions({ tenantSlug, hours }, options));
  const choice = (
    <Select
      choices={spans()}
      label={t("What is counted")}
      labelHidden
      name="hours"
      onChange={(event) => set({ hours: event.target.value || undefined })}
      value={hours === 24 ? "24" : ""}
    />
  );
  return (
    <Section aside={choice} level={2} title={t("Trunks")}>
      <QueryView query={query}>
        {(board) => {
          const open = board.trunks.find((one) => trunkId(one) === openId);
          return (
            <>
              <TrunksTable openId={openId} trunks={board.trunks} />
              {open && <TrunkPanel board={board} onClose={close} trunk={open} />}
            </>
          );
        }}
      </QueryView>
    </Section>
  );
}
