"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { ConnectPanel } from "@/components/extensions/connect-panel";
import { deviceText } from "@/components/extensions/device-text";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ extension: ExtensionRow; onClose: () => void }>;

/** Says which phone is cut off before it does so, then shows the new secret once. */
export function RotateSecret({ extension, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const rotate = useMutation(
    trpc.extensions.rotateSecret.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() }),
    }),
  );

  if (rotate.data) {
    return (
      <Dialog
        holdOpen
        onClose={onClose}
        size="middle"
        title={t("New secret for {number}", { number: extension.number })}
      >
        <ConnectPanel displayName={extension.displayName} phone={rotate.data} />
        <div className="flex justify-end pt-4">
          <Button look="primary" onClick={onClose}>
            {t("Done")}
          </Button>
        </div>
      </Dialog>
    );
  }

  const phone = extension.registration;
  return (
    <Dialog
      onClose={onClose}
      title={t(phone ? "Rotate the secret of {number}" : "A new secret for {number}", { number: extension.number })}
    >
      <div className="grid gap-4">
        <CutOff phone={phone} />
        {rotate.error && <ErrorState {...refusalOf(rotate.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep the old secret")}
          </Button>
          <Button
            busy={rotate.isPending && t("Rotating…")}
            look={phone ? "danger" : "primary"}
            onClick={() => rotate.mutate({ tenantSlug, extensionId: extension.id })}
          >
            {phone ? t("Rotate secret") : t("Make new secret")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Which phone a new secret cuts off. */
function CutOff({ phone }: Readonly<{ phone: ExtensionRow["registration"] }>) {
  return (
    <p className="text-md text-ink-2">
      {phone
        ? rich(
            "{device} at {address} is cut off now and stays off until it is set up with the new secret. Meanwhile it cannot even dial emergency numbers. The old secret cannot be brought back.",
            {
              device: <strong className="font-semibold text-ink">{deviceText(phone.userAgent)}</strong>,
              address: <bdi dir="ltr">{phone.address}</bdi>,
            },
          )
        : t("No phone is connected now. A new secret is made and shown once; the old one is refused from then on.")}
    </p>
  );
}
