"use client";

import { navFor } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";

const general = [
  ["J K", "Next and previous row, also with a panel open"],
  ["Enter", "Open the row"],
  ["Esc", "Close the panel"],
  ["/", "Search this list"],
  ["N", "New, on pages that make something"],
  ["S", "Suspend or resume the open extension"],
  ["C", "Contain, with an incident open"],
  ["[", "Narrow or widen the sidebar"],
  ["?", "This list"],
] as const;

type Props = Readonly<{ on: boolean; onSwitch: (on: boolean) => void; onClose: () => void }>;

export function KeysHelp({ on, onSwitch, onClose }: Props) {
  const { can, tenant } = useScope();
  const pages = navFor(can, tenant.kind).flatMap((group) => group.items);
  const keys = [...general, ...pages.map((item) => [`G ${item.key.toUpperCase()}`, item.label] as const)];
  return (
    <Dialog onClose={onClose} title="Keyboard shortcuts">
      <dl className="grid gap-1.5">
        {keys.map(([key, what]) => (
          <div className="flex gap-4" key={key}>
            <dt className="w-16 font-mono">{key}</dt>
            <dd className="text-ink-2">{what}</dd>
          </div>
        ))}
      </dl>
      <label className="mt-4 flex min-h-8 items-center gap-2 border-t pt-4">
        <input
          checked={on}
          className="size-4 accent-accent"
          data-first=""
          onChange={(event) => onSwitch(event.target.checked)}
          type="checkbox"
        />
        Single-key shortcuts are on
      </label>
    </Dialog>
  );
}
