"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { secretsFile } from "@/components/extensions/secrets-file";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { saveText } from "@/components/ui/save-text";
import { t } from "@/server/kernel/words";

type Secret = Readonly<{ number: string; displayName?: string; sipUsername: string; secret: string }>;
type Props = Readonly<{ secrets: readonly Secret[]; onDone: () => void }>;

/** Hands new secrets over as a file, this once. */
export function SecretsOnce({ secrets, onDone }: Props) {
  const { tenantSlug } = useScope();
  const [saved, setSaved] = useState(false);
  const { data } = useQuery(useTRPC().extensions.page.queryOptions({ tenantSlug }));

  function save() {
    if (!data) return;
    saveText(`${tenantSlug}-secrets.csv`, secretsFile(secrets, data.sip));
    setSaved(true);
  }

  return (
    <div className="grid gap-4">
      <Notice
        title={t("{secrets, plural, one {# secret} other {# secrets}} to be saved now.", { secrets: secrets.length })}
        tone="warn"
      >
        {t(
          "They are shown this once and kept nowhere. Delete the file when the phones are set up. One that is lost is rotated.",
        )}
      </Notice>
      <div className="flex justify-end gap-2">
        <Button busy={!data && t("Preparing…")} look={saved ? "plain" : "primary"} onClick={save}>
          {saved ? t("Save the file again") : t("Save the file")}
        </Button>
        <Button look={saved ? "primary" : "plain"} onClick={onDone}>
          {saved ? t("Done") : t("Close without saving")}
        </Button>
      </div>
    </div>
  );
}
