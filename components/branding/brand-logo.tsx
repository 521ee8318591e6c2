"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ChangeEvent, useId, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { LogoImage } from "@/components/shell/wordmark";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { MOST_LOGO_BYTES } from "@/server/domain/brands/logo-limits.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ logo: string | null; logoWide: boolean; name: string }>;

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The logo: chosen, it holds at once. What cannot be served safely is refused, and says why. */
export function BrandLogo({ logo, logoWide, name }: Props) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const router = useRouter();
  const [problem, setProblem] = useState<string>();
  const save = useMutation(
    useTRPC().branding.setLogo.mutationOptions({
      onSuccess: async ({ logo: made }) => {
        await queries.invalidateQueries();
        router.refresh();
        toast(made ? t("Logo saved.") : t("Logo removed."));
      },
      onError: (error) => setProblem(error.data?.sentence ?? refusalOf(error).title),
    }),
  );
  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    event.target.value = "";
    setProblem(undefined);
    if (!file) return;
    if (file.type !== "image/png" && file.type !== "image/svg+xml")
      return setProblem(t("A logo is a PNG or an SVG file."));
    if (file.size > MOST_LOGO_BYTES) return setProblem(t("A logo has at most 200 kB."));
    save.mutate({ tenantSlug, logo: { type: file.type, data: await base64Of(file) } });
  }
  return (
    <Section level={2} title={t("Logo")}>
      <div className="flex flex-wrap items-center gap-3">
        {logo ? (
          <LogoImage brand={{ name, logo, logoWide }} src={logo} />
        ) : (
          <span className="text-ink-3">{t("No logo: the first letter of the name stands for it.")}</span>
        )}
        {logo && (
          <Button look="quiet" onClick={() => save.mutate({ tenantSlug, logo: null })}>
            {t("Remove logo")}
          </Button>
        )}
      </div>
      <LogoFile
        busy={save.isPending}
        label={logo ? t("Another file") : t("File")}
        onChange={choose}
        problem={problem}
      />
    </Section>
  );
}

type FileProps = Readonly<{
  label: string;
  busy: boolean;
  problem: string | undefined;
  onChange: (event: ChangeEvent<HTMLInputElement>) => Promise<void>;
}>;

function LogoFile({ label, busy, problem, onChange }: FileProps) {
  const id = useId();
  return (
    <>
      <label className="font-medium" htmlFor={id}>
        {label}
      </label>
      <input
        accept="image/png,image/svg+xml,.png,.svg"
        aria-describedby={problem ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={problem ? true : undefined}
        className="control py-1"
        disabled={busy}
        id={id}
        onChange={(event) => void onChange(event)}
        type="file"
      />
      <p className="text-xs text-ink-3" id={`${id}-hint`}>
        {t("PNG, or SVG of shapes only, at most 200 kB. It stands on a light ground in both themes.")}
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  );
}
