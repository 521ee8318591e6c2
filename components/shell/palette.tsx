"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { dropEarlyKeys, earlyKeys, MOST_CHARACTERS } from "@/components/shell/early-keys";
import { actionsFor, type Hit, type Item, itemOf, pagesFor } from "@/components/shell/palette-items";
import { PaletteList } from "@/components/shell/palette-list";
import { actionsHere, runThen } from "@/components/shell/palette-run";
import { meansButton, verbIn } from "@/components/shell/palette-verbs";
import { recentItems, rememberItem } from "@/components/shell/recent";
import { useScope } from "@/components/shell/scope";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

const SETTLE_MS = 120;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** What the text may mean, in the order in which it is offered: what it names exactly, what can be done here, pages, then the rest. */
function useItems(text: string) {
  const { tenantSlug, ...scope } = useScope();
  const [here] = useState(actionsHere);
  const [recent] = useState(() => recentItems(tenantSlug));
  const { verb, rest } = verbIn(text);
  const asked = useSettled(rest);
  const query = useQuery({
    ...useTRPC().search.find.queryOptions({ tenantSlug, text: asked }, { enabled: asked !== "" }),
    placeholderData: keepPreviousData,
  });
  const looking = rest !== "" && (rest !== asked || query.isFetching);
  const hits: readonly Hit[] = rest === "" ? [] : (query.data ?? []);
  const found = hits.map((hit) => itemOf(hit, tenantSlug, verb));
  const of = (group: string) => found.filter((item) => item.group === group);
  const objectActions = here
    .filter(({ label, verbs }) => text === "" || meansButton(text, label, verbs))
    .map(
      ({ label, after }): Item => ({
        key: `here ${label}`,
        group: t("With what is open"),
        label,
        icon: "right",
        after,
      }),
    );
  const ofVerb = verb ? found.filter(({ after }) => after) : [];
  const first = ofVerb.length > 0 ? ofVerb : of("Found");
  const items = [
    ...first,
    ...objectActions,
    ...actionsFor(text, { ...scope }),
    ...pagesFor(text, { ...scope }),
    ...of("Similar").filter((item) => !first.includes(item)),
    ...of("Tenants"),
    ...(text === "" ? recent : []),
  ];
  return { items, looking, failed: query.isError && rest !== "", exact: first.length > 0 };
}

/** Which item the arrows are at, and Enter. */
function useChoice(items: readonly Item[], looking: boolean, choose: (item: Item) => void) {
  const [at, setAt] = useState(0);
  /** Enter was pressed before the answer came: it holds for the answer. */
  const [waiting, setWaiting] = useState(false);
  const chosen = items[Math.min(at, items.length - 1)];
  useEffect(() => {
    if (!waiting || looking) return;
    setWaiting(false);
    if (chosen) choose(chosen);
  });

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && items.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, items.length - 1) + step + items.length) % items.length);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (looking && at === 0) setWaiting(true);
    else if (chosen) choose(chosen);
  };
  const restart = () => {
    setAt(0);
    setWaiting(false);
  };
  return { chosen, onKey, restart, wait: () => setWaiting(true) };
}

/** One field for all: go, do, find. */
export function Palette({ onClose }: Readonly<{ onClose: () => void }>) {
  const router = useRouter();
  const { tenantSlug } = useScope();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const { items, looking, failed } = useItems(text.trim());

  const choose = (item: Item) => {
    rememberItem(tenantSlug, item);
    dialog.current?.close();
    if (item.href) router.push(item.href);
    if (item.after) runThen(item.after);
  };
  const { chosen, onKey, restart, wait } = useChoice(items, looking, choose);
  const type = (typed: string) => {
    setText(typed);
    restart();
  };
  useEffect(() => {
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
  }, []);
  // The field has the keys itself once it shows all that came before it: none falls between.
  useEffect(() => {
    const early = earlyKeys();
    if (!early) return;
    if (early.text !== text) return type(early.text);
    if (early.enter) wait();
    dropEarlyKeys();
  });

  return (
    <dialog
      aria-label={t("Find, go or do")}
      className="mx-auto mt-[12vh] mb-auto w-[calc(100vw-2rem)] overflow-hidden rounded-xl border bg-surface shadow-float max-sm:mt-2 sm:max-w-xl"
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      onClose={onClose}
      onKeyDown={onKey}
      ref={dialog}
    >
      <PaletteField chosen={chosen} looking={looking} onType={type} open={items.length > 0} text={text} />
      <PaletteList chosen={chosen} items={items} onChoose={choose} />
      <p aria-live="polite" className={items.length > 0 && !failed ? "sr-only" : "px-4 py-3 text-ink-2"}>
        {said(items.length, looking, failed, text.trim())}
      </p>
    </dialog>
  );
}

type FieldProps = Readonly<{
  text: string;
  chosen: Item | undefined;
  /** Whether there is anything to choose from. */
  open: boolean;
  looking: boolean;
  onType: (text: string) => void;
}>;

function PaletteField({ text, chosen, open, looking, onType }: FieldProps) {
  return (
    <div className="flex items-center gap-2 border-b px-4">
      <Icon className="text-ink-3" name="search" />
      <input
        aria-activedescendant={chosen ? "palette-chosen" : undefined}
        aria-autocomplete="list"
        aria-controls="palette-list"
        aria-expanded={open}
        aria-label={t("A number, a name, a page or what to do")}
        autoComplete="off"
        className="min-h-12 flex-1 bg-transparent text-md outline-none"
        maxLength={MOST_CHARACTERS}
        onChange={(event) => onType(event.target.value)}
        placeholder={t("A number, a name, a page or what to do")}
        role="combobox"
        spellCheck={false}
        type="text"
        value={text}
      />
      {looking && <span className="text-xs text-ink-3">{t("Looking…")}</span>}
    </div>
  );
}

function said(count: number, looking: boolean, failed: boolean, text: string): string {
  if (failed) return t("The portal does not answer just now. Pages and actions still work.");
  if (looking) return t("Looking…");
  if (count > 0) return t("{count, plural, one {# match} other {# matches}}", { count });
  return text === ""
    ? ""
    : t("Nothing here is called “{text}”, and nothing that you may see has that number or id.", { text });
}
