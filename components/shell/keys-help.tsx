"use client";

import { useEffect, useState } from "react";

import { asPrinted, everywhere, inLists, wordsOfKey } from "@/components/shell/keys";
import { navFor } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { say, t } from "@/server/kernel/words";

type Line = readonly [keys: string, what: string];

/** The keys that the page behind has bound just now: what its buttons and lists say of themselves. */
function boundHere(): readonly Line[] {
  const bound = [...document.querySelectorAll<HTMLElement>("[data-shortcut]")].filter((element) =>
    element.checkVisibility(),
  );
  const lines = new Map<string, string>();
  for (const element of bound) {
    // One control may answer to several keys.
    for (const key of (element.dataset["shortcut"] ?? "").split(" ").filter((each) => each.length === 1)) {
      const field =
        element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement ? element : undefined;
      const label = field?.labels[0]?.textContent;
      const known = wordsOfKey[key];
      const said =
        (known && say(known)) ?? label ?? element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
      lines.set(key.toUpperCase(), said.replace(/…$/, ""));
    }
  }
  return [
    ...(document.querySelector("[data-row]") ? inLists.map(([keys, what]) => [keys, say(what)] as const) : []),
    ...lines,
  ];
}

type Props = Readonly<{ on: boolean; onSwitch: (on: boolean) => void; onClose: () => void }>;

/** What is bound on this page and what everywhere, read from what binds it. */
export function KeysHelp({ on, onSwitch, onClose }: Props) {
  const { can, tenant } = useScope();
  const [here, setHere] = useState<readonly Line[]>([]);
  useEffect(() => setHere(boundHere()), []);
  const mac = navigator.platform.startsWith("Mac");
  const all = Object.values(everywhere).map(({ keys, what }) => [asPrinted(keys, mac), say(what)] as const);
  const pages = navFor(can, tenant.kind).flatMap((group) => group.items);
  return (
    <Dialog onClose={onClose} size="middle" title={t("Keyboard shortcuts")}>
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        <div className="grid content-start gap-4">
          <Keys lines={all} title={t("Everywhere")} />
          {here.length > 0 && <Keys lines={here} title={t("On this page")} />}
        </div>
        <Keys lines={pages.map((item) => [`G ${item.key.toUpperCase()}`, item.label] as const)} title={t("Go to")} />
      </div>
      <label className="mt-4 flex min-h-8 items-center gap-2 border-t pt-4">
        <input
          checked={on}
          className="size-4 accent-accent"
          data-first=""
          onChange={(event) => onSwitch(event.target.checked)}
          type="checkbox"
        />
        {t("Single-key shortcuts are on")}
      </label>
    </Dialog>
  );
}

function Keys({ title, lines }: Readonly<{ title: string; lines: readonly Line[] }>) {
  return (
    <section>
      <h3 className="pb-1 text-xs font-medium text-ink-3">{title}</h3>
      <dl className="grid gap-1.5">
        {lines.map(([keys, what]) => (
          <div className="flex gap-4" key={keys}>
            <dt className="w-24 shrink-0 font-mono">{keys}</dt>
            <dd className="text-ink-2">{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
