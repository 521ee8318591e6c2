import { Fragment, useEffect, useRef } from "react";
import { Moment } from "@/components/shell/moment";
import type { Item } from "@/components/shell/palette-items";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ items: readonly Item[]; chosen: Item | undefined; onChoose: (item: Item) => void }>;

const groupWords: Readonly<Record<string, Message>> = {
  Found: msg("Found"),
  Similar: msg("Similar"),
  Tenants: msg("Tenants"),
  Recent: msg("Recent"),
  Actions: msg("Actions"),
  Pages: msg("Pages"),
};

const groupText = (group: string): string => {
  const known = groupWords[group];
  return known ? say(known) : group;
};

/** The choices under the palette's field; focus stays in the field, the chosen one is told to it. */
export function PaletteList({ items, chosen, onChoose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) list.current?.querySelector("#palette-chosen")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const groups = [...new Set(items.map((item) => item.group))];
  return (
    <div
      aria-label={t("Matches")}
      className="max-h-[min(28rem,60vh)] overflow-y-auto p-1"
      id="palette-list"
      ref={list}
      role="listbox"
    >
      {groups.map((group) => (
        <Fragment key={group}>
          <p aria-hidden="true" className="px-3 pt-2 pb-1 text-xs font-medium text-ink-3">
            {groupText(group)}
          </p>
          {items
            .filter((item) => item.group === group)
            .map((item) => (
              <Choice chosen={item === chosen} item={item} key={item.key} onChoose={onChoose} />
            ))}
        </Fragment>
      ))}
    </div>
  );
}

function Choice({ item, chosen, onChoose }: Readonly<{ item: Item; chosen: boolean; onChoose: (item: Item) => void }>) {
  return (
    <button
      aria-selected={chosen}
      className={cx(
        "flex min-h-9 w-full items-center gap-3 rounded-md px-3 text-start",
        chosen ? "bg-accent-soft" : "hover:bg-sunken",
      )}
      id={chosen ? "palette-chosen" : undefined}
      onClick={() => onChoose(item)}
      role="option"
      tabIndex={-1}
      type="button"
    >
      <Icon className="text-ink-3" name={item.icon} />
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      {item.detail && <span className="max-w-[45%] truncate text-xs text-ink-2">{item.detail}</span>}
      {item.at && (
        <span className="text-xs text-ink-2">
          <Moment at={item.at} />
        </span>
      )}
    </button>
  );
}
