import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  /** The verb and its object, such as "Create extension". */
  submit: ReactNode;
  busy: string | false;
  disabled?: boolean;
  refusal?: Readonly<{ title: string; next: string; code: string }> | undefined;
  /** Without it there is no way out but the page itself. */
  onCancel?: (() => void) | undefined;
}>;

/** The end of every form in a dialog: what went wrong, and the two ways out, always in the same place. */
export function FormEnd({ submit, busy, disabled, refusal, onCancel }: Props) {
  return (
    <>
      {refusal && <ErrorState {...refusal} />}
      <div className="flex justify-end gap-2">
        {onCancel && <Button onClick={onCancel}>{t("Cancel")}</Button>}
        <Button busy={busy} disabled={disabled} look="primary" type="submit">
          {submit}
        </Button>
      </div>
    </>
  );
}
