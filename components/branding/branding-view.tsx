"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { type BrandDraft, BrandForm } from "@/components/branding/brand-form";
import { BrandHost } from "@/components/branding/brand-host";
import { BrandLogo } from "@/components/branding/brand-logo";
import { BrandPreview } from "@/components/branding/brand-preview";
import { ContrastReport } from "@/components/branding/contrast-report";
import { ResetBrand } from "@/components/branding/reset-brand";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { readHex } from "@/server/kernel/brand-colour";
import { t } from "@/server/kernel/words";

type Data = Outputs["branding"]["get"];

/** How this tenant and everybody below it sees the portal, its mails and its papers. */
export function BrandingView() {
  const { tenantSlug, tenant, can } = useScope();
  const query = useQuery(useTRPC().branding.get.queryOptions({ tenantSlug }));
  const [resetting, setResetting] = useState(false);
  const own = query.data?.own;
  return (
    <>
      <PageHeader
        actions={
          own && can("members.write") && <Button onClick={() => setResetting(true)}>{t("Reset branding…")}</Button>
        }
        title={t("Branding")}
      />
      {tenant.kind === "customer" ? (
        <Empty title={t("Your brand comes from your provider.")}>
          {t("Only resellers and the operator choose how the portal looks, for themselves and everybody below them.")}
        </Empty>
      ) : (
        <QueryView query={query}>{(data) => <Editor data={data} key={data.seen} />}</QueryView>
      )}
      {resetting && <ResetBrand onClose={() => setResetting(false)} />}
    </>
  );
}

const draftOf = ({ own }: Data, name: string): BrandDraft => ({
  name: own?.name ?? name,
  colour: own?.colour ?? "",
  senderName: own?.senderName ?? "",
  replyTo: own?.replyTo ?? "",
});

/** What is typed is seen at once; it holds when it is saved. */
function Editor({ data }: Readonly<{ data: Data }>) {
  const { tenant, can } = useScope();
  const [draft, setDraft] = useState(() => draftOf(data, tenant.name.slice(0, 60)));
  const colour = readHex(draft.colour) ?? null;
  const writes = can("members.write");
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
      <div className="grid content-start gap-8">
        {!data.own && (
          <Notice
            tone="info"
            title={
              data.holds
                ? t("The brand of {name} holds here.", { name: data.holds.name })
                : t("The portal's own look holds here.")
            }
          >
            {t("Save one of your own, and everybody below you without one sees yours from then on.")}
          </Notice>
        )}
        {writes ? (
          <BrandForm
            draft={draft}
            onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
            seen={data.seen}
          />
        ) : (
          <p className="text-ink-2">{t("Only an owner or admin changes the branding.")}</p>
        )}
        {colour && <ContrastReport colour={colour} />}
        {data.own && writes && <BrandLogo logo={data.own.logo} logoWide={data.own.logoWide} name={data.own.name} />}
        {data.own && data.mayHaveHost && <BrandHost own={data.own} />}
      </div>
      <BrandPreview
        brand={{
          name: draft.name || tenant.name,
          colour,
          logo: data.own?.logo ?? null,
          logoWide: data.own?.logoWide ?? false,
        }}
        host={data.own?.verifiedAt ? data.own.host : null}
        sender={draft.senderName || draft.name || tenant.name}
      />
    </div>
  );
}
