import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";

type Props = Readonly<{
  shown: number;
  /** In the plural. */
  noun: string;
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
export function Pages({ shown, noun, onOlder, onNewest, order = ", newest first", ...labels }: Props) {
  const { newestLabel = "Newest", olderLabel = "Older" } = labels;
  return (
    <nav aria-label={`Pages of ${noun}`} className="flex items-center gap-2 py-3">
      <p className="figures mr-auto text-ink-3">
        {countText(shown, noun)}
        {onNewest ? " on this page" : onOlder ? order : ""}
      </p>
      {onNewest && <Button onClick={onNewest}>{newestLabel}</Button>}
      {onOlder && <Button onClick={onOlder}>{olderLabel}</Button>}
    </nav>
  );
}
