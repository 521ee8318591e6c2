"use client";

import { CopyButton } from "@/components/ui/copy-button";
import { t } from "@/server/kernel/words";

/** The secret in clear, in groups that can be read out. It came with this answer and is asked for never again. */
export function SecretOnce({ secret }: Readonly<{ secret: string }>) {
  const groups = [...secret.matchAll(/.{1,4}/g)].map((match) => ({ at: match.index, text: match[0] }));
  return (
    <div className="flex items-center gap-2 rounded-md border border-outline bg-bg py-1 pe-1 ps-3">
      <output aria-label={t("SIP secret")} className="flex min-w-0 flex-1 flex-wrap gap-x-2 font-mono text-md">
        {groups.map((group) => (
          <span key={group.at}>{group.text}</span>
        ))}
      </output>
      <CopyButton label={t("Copy the secret")} text={secret}>
        {t("Copy")}
      </CopyButton>
    </div>
  );
}
