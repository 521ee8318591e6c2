import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  shown: number;
  /** In the plural, of pages that are not in the catalogue yet. */
  noun?: string;
  /** "12 calls", where the page is in the catalogue. */
  counted?: string;
  /** Defined while older rows exist. */
  onOlder?: (() => void) | undefined;
  /** Defined while this is not the newest page. */
  onNewest?: (() => void) | undefined;
  /** For lists in another order than the newest first. */
  order?: string;
  newestLabel?: string;
  olderLabel?: string;
}>;

/** Pages by key, not by number: what is new does not push rows from one page to the next. */
export function Pages({ shown, noun = "", onOlder, onNewest, order, ...words }: Props) {
  const { newestLabel = t("Newest"), olderLabel = t("Older"), counted } = words;
  const count = counted ?? countText(shown, noun);
  const said = onNewest
    ? t("{count} on this page", { count })
    : !onOlder
      ? count
      : order
        ? `${count}${order}`
        : t("{count}, newest first", { count });
  return (
    <nav
      aria-label={counted === undefined ? `${t("Pages")}: ${noun}` : t("Pages")}
      className="flex items-center gap-2 py-3"
    >
      <p className="figures me-auto text-ink-3">{said}</p>
      {onNewest && <Button onClick={onNewest}>{newestLabel}</Button>}
      {onOlder && <Button onClick={onOlder}>{olderLabel}</Button>}
    </nav>
  );
}
