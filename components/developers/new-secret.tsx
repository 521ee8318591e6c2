import { Button } from "@/components/ui/button";
import { CopyLine } from "@/components/ui/copy-line";
import { Dialog } from "@/components/ui/dialog";
import { t } from "@/server/kernel/words";

/** The one time that a token stands in full. */
export function NewSecret({ text, onClose }: Readonly<{ text: string; onClose: () => void }>) {
  const tried = `curl -H "Authorization: Bearer ${text}" ${window.location.origin}/api/v1/balance`;
  return (
    <Dialog onClose={onClose} title={t("Copy the token now")}>
      <div className="grid gap-4">
        <p className="text-ink-2">
          {t("It is shown this once. Whoever has it acts for you, so keep it like a password.")}
        </p>
        <CopyLine label={t("Token")} text={text} />
        <CopyLine label={t("Try it")} text={tried} />
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            {t("Done")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
