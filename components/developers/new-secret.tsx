import { Button } from "@/components/ui/button";
import { CopyLine } from "@/components/ui/copy-line";
import { Dialog } from "@/components/ui/dialog";

/** The one time that a token stands in full. */
export function NewSecret({ text, onClose }: Readonly<{ text: string; onClose: () => void }>) {
  return (
    <Dialog onClose={onClose} title="Copy the token now">
      <div className="grid gap-4">
        <p className="text-ink-2">It is shown this once. Whoever has it acts for you, so keep it like a password.</p>
        <CopyLine label="Token" text={text} />
        <CopyLine
          label="Try it"
          text={`curl -H "Authorization: Bearer ${text}" ${window.location.origin}/api/v1/balance`}
        />
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
