"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { useCutPoll } from "@/components/api/live";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { AskEvidence } from "@/components/incidents/ask-evidence";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyButton } from "@/components/ui/copy-button";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Snapshot = Outputs["evidence"]["list"][number];

/** What was kept of an incident, to take away and to check. */
export function EvidenceSection({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug, can } = useScope();
  const [asking, setAsking] = useState(false);
  const refetchInterval = useCutPoll();
  const query = useQuery(useTRPC().evidence.list.queryOptions({ tenantSlug, incidentId }, { refetchInterval }));
  return (
    <Section
      aside={can("evidence.write") && <Button onClick={() => setAsking(true)}>{t("Take evidence…")}</Button>}
      title={t("Evidence")}
    >
      <QueryView query={query}>
        {(snapshots) =>
          snapshots.length === 0 ? (
            <p className="text-ink-2">
              {t("Nothing is kept yet. A containment keeps evidence before it changes anything.")}
            </p>
          ) : (
            <ul className="grid">
              {snapshots.map((snapshot) => (
                <OneSnapshot key={snapshot.id} snapshot={snapshot} />
              ))}
            </ul>
          )
        }
      </QueryView>
      {asking && <AskEvidence incidentId={incidentId} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function OneSnapshot({ snapshot }: Readonly<{ snapshot: Snapshot }>) {
  const { tenantSlug } = useScope();
  const missing = snapshot.items.filter(({ sha256 }) => sha256 === null);
  return (
    <li className="grid gap-1 border-b py-2">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="min-w-0 break-words">
          <span className="font-medium">{t("Snapshot {number}", { number: snapshot.number })}</span>{" "}
          <span className="text-ink-2">
            {snapshot.takenBy}: {snapshot.reason}
          </span>
        </span>
        <span className="text-ink-3">
          <Moment at={snapshot.takenAt} />
        </span>
      </p>
      <p className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="min-w-0 text-xs text-ink-3">
          {t("SHA-256")} <code className="break-all">{snapshot.sha256.slice(0, 16)}…</code>{" "}
          <CopyButton
            label={t("Copy the hash of snapshot {number}", { number: snapshot.number })}
            text={snapshot.sha256}
          />
        </span>
        <a className={buttonClass()} download href={`/api/evidence/${tenantSlug}/${snapshot.number}`}>
          {t("Download, {size}", { size: sizeText(snapshot.bytes) })}
        </a>
      </p>
      <details>
        <summary className="cursor-pointer text-ink-2">
          {t("{n, plural, one {# item} other {# items}}", { n: snapshot.items.length })}
          {missing.length > 0 && (
            <span className="text-warn">
              {t(", {n, plural, one {# missing} other {# missing}}", { n: missing.length })}
            </span>
          )}
        </summary>
        <ul className="grid pt-1">
          {snapshot.items.map((item) => (
            <li className="flex items-baseline justify-between gap-4 border-t py-1" key={item.name}>
              <span className="min-w-0">
                <code>{item.name}</code> <span className="text-ink-2">{item.note || item.about}</span>
              </span>
              <span className="figures text-ink-2">{item.rows ?? "–"}</span>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

const sizeText = (bytes: number): string =>
  bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
