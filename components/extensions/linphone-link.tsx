"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { CountdownRing } from "@/components/extensions/countdown-ring";
import { deviceText } from "@/components/extensions/device-text";
import type { NewPhone } from "@/components/extensions/new-phone";
import { QrConnect } from "@/components/extensions/qr-connect";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { rich } from "@/components/words/rich";
import { msg, t } from "@/server/kernel/words";

type Made = Outputs["connect"]["makeLink"];
type Link = Outputs["connect"]["links"]["items"][number];

const POLL_MS = 2_000;

/** A link that Linphone opens once: it hands out the account, and the secret itself never leaves this page. */
export function LinphoneLink({ phone }: Readonly<{ phone: NewPhone }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const [several, setSeveral] = useState(false);
  const make = useMutation(trpc.connect.makeLink.mutationOptions());
  const ask = () =>
    make.mutate({ tenantSlug, extensionId: phone.id, secret: phone.secretOnce, devices: several ? 3 : 1 });
  if (make.data) return <OpenLink key={make.data.id} made={make.data} onAgain={ask} phone={phone} />;
  return (
    <div className="grid justify-items-start gap-3">
      <p className="max-w-prose text-ink-2">
        {t(
          "A link sets Linphone up by itself. It works once, for ten minutes, and whoever opens it first has the phone: send it to nobody you would not tell the secret.",
        )}
      </p>
      <label className="flex min-h-8 items-center gap-2">
        <input checked={several} onChange={(event) => setSeveral(event.target.checked)} type="checkbox" />
        {t("Allow {devices} devices", { devices: 3 })}
      </label>
      {make.error && <ErrorState {...refusalOf(make.error)} />}
      <Button busy={make.isPending && t("Making the link…")} look="primary" onClick={ask}>
        {t("Make link")}
      </Button>
    </div>
  );
}

type OpenProps = Readonly<{ made: Made; phone: NewPhone; onAgain: () => void }>;

function OpenLink({ made, phone, onAgain }: OpenProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [from] = useState(() => new Date());
  const { data } = useQuery(
    trpc.connect.links.queryOptions({ tenantSlug, extensionId: phone.id }, { refetchInterval: POLL_MS, staleTime: 0 }),
  );
  const revoke = useMutation(
    trpc.connect.revokeLink.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.connect.pathKey() }),
    }),
  );
  const link = data?.items.find(({ id }) => id === made.id);
  const over = link && overWords(link);
  return (
    <div className="flex flex-wrap gap-4">
      {over ? (
        <div className="grid size-56 place-content-center justify-items-center gap-3 rounded-lg border bg-sunken p-4 text-center">
          <p className="text-ink-2">{over}</p>
          <Button onClick={onAgain}>{t("Make another")}</Button>
        </div>
      ) : (
        <QrConnect label={t("Link for Linphone")} text={made.urlOnce} />
      )}
      <div className="grid max-w-72 min-w-48 flex-1 content-start gap-3">
        <ol className="grid list-decimal gap-2 ps-4 text-ink-2">
          <li>{t("Install Linphone; it costs nothing.")}</li>
          <li>{t("On its first screen choose Scan QR code, or Fetch remote configuration.")}</li>
          <li>{t("Point the camera here.")}</li>
        </ol>
        {!over && (
          <div className="flex flex-wrap items-center gap-2">
            <CountdownRing from={from} until={made.expiresAt} words={msg("Good for {left}")} />
            <CopyButton label={t("Copy the link")} text={made.urlOnce}>
              {t("Cannot scan? Copy link")}
            </CopyButton>
            <Button
              busy={revoke.isPending && t("Revoking…")}
              look="quiet"
              onClick={() => revoke.mutate({ tenantSlug, linkId: made.id })}
            >
              {t("Revoke link")}
            </Button>
          </div>
        )}
        <Uses link={link} />
      </div>
    </div>
  );
}

function overWords({ revokedAt, uses, devices, expiresAt }: Link): string | undefined {
  if (uses.length >= devices) return t("The link is used up.");
  if (revokedAt) return t("The link is revoked.");
  return expiresAt.getTime() <= Date.now() ? t("The ten minutes are over.") : undefined;
}

function Uses({ link }: Readonly<{ link: Link | undefined }>) {
  if (!link) return null;
  const { uses, devices } = link;
  return (
    <div aria-live="polite" className="grid gap-1">
      {uses.length === 0 ? (
        <p className="text-ink-3">
          {devices === 1 ? t("Nobody has used it yet.") : t("Not used yet; good for {devices}.", { devices })}
        </p>
      ) : (
        uses.map((use) => (
          <p key={use.at.getTime()}>
            {rich("Used by {device} from {address} {at}", {
              device: <strong className="font-medium">{deviceText(use.userAgent)}</strong>,
              address: <code>{use.address || t("an unknown address")}</code>,
              at: <Moment at={use.at} />,
            })}
          </p>
        ))
      )}
    </div>
  );
}
