import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ title: string; next: string; code: string; onRetry?: () => void }>;

/** An error in the place of what it kept from loading; the rest of the page goes on. */
export function ErrorState({ title, next, code, onRetry }: Props) {
  return (
    <Notice
      action={onRetry && <Button onClick={onRetry}>{t("Try again")}</Button>}
      code={code}
      live
      title={title}
      tone="bad"
    >
      {next}
    </Notice>
  );
}
