import { CopyButton } from "@/components/ui/copy-button";
import { t } from "@/server/kernel/words";

/** One line of text that is meant to be copied, with its button. */
export function CopyLine({ label, text }: Readonly<{ label: string; text: string }>) {
  return (
    <div className="grid gap-1">
      <p className="font-medium">{label}</p>
      <div className="flex items-center gap-2 rounded-md border border-outline bg-bg py-1 pe-1 ps-3">
        <code className="min-w-0 flex-1 text-xs break-all">{text}</code>
        <CopyButton label={t("Copy: {what}", { what: label })} text={text}>
          {t("Copy")}
        </CopyButton>
      </div>
    </div>
  );
}
