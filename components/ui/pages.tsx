import { Button } from "@/components/ui/button";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  /** "12 calls". */
  counted: string;
  /** Defined while older rows exist. */
  onOlder?: (() => void) | undefined;
  /** Defined while this is not the newest page. */
  onNewest?: (() => void) | undefined;
  /** For lists in another order than the newest first. */
  order?: string;
  /** The list is not in the order that it usually has: its columns say in which. */
  unusual?: boolean;
  newestLabel?: string;
  olderLabel?: string;
}>;

/** Pages by key, not by number: what is new does not push rows from one page to the next. */
export function Pages({ counted: count, onOlder, onNewest, order, unusual, ...words }: Props) {
  const { newestLabel = unusual ? t("First") : t("Newest"), olderLabel = unusual ? t("Next") : t("Older") } = words;
  const said = onNewest
    ? t("{count} on this page", { count })
    : !onOlder || unusual
      ? count
      : order
        ? `${count}${order}`
        : t("{count}, newest first", { count });
  return (
    <nav aria-label={t("Pages of the list: {count}", { count })} className="flex items-center gap-2 py-3">
      <p className="figures me-auto text-ink-3">{said}</p>
      {onNewest && <Button onClick={onNewest}>{newestLabel}</Button>}
      {onOlder && <Button onClick={onOlder}>{olderLabel}</Button>}
    </nav>
  );
}
