"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { AskAgain } from "@/components/account/ask-again";
import { useTRPC } from "@/components/api/client";
import { LiveProvider } from "@/components/api/live";
import { sessionState } from "@/components/api/session-state";
import { FactForms } from "@/components/blocks/fact-forms";
import { AvatarMenu } from "@/components/shell/avatar-menu";
import { BottomBar } from "@/components/shell/bottom-bar";
import { dropEarlyKeys, keepEarlyKeys } from "@/components/shell/early-keys";
import { rememberTenant } from "@/components/shell/recent";
import { ScopeProvider } from "@/components/shell/scope";
import { ScopeBand } from "@/components/shell/scope-band";
import { useShortcuts } from "@/components/shell/shortcuts";
import { Sidebar } from "@/components/shell/sidebar";
import { StateBar } from "@/components/shell/state-bar";
import type { Theme } from "@/components/shell/theme-choice";
import { TopBar } from "@/components/shell/top-bar";
import { nextZone, type Zone, zoneHere, zoneOf } from "@/components/shell/zone";
import type { HiddenColumn } from "@/components/ui/hidden-columns";
import { later } from "@/components/ui/later";
import { ListLookContext } from "@/components/ui/list-look";
import { toast } from "@/components/ui/toast-store";
import { Toaster } from "@/components/ui/toaster";
import { ViewBar } from "@/components/viewing/view-bar";
import { t } from "@/server/kernel/words";

const KeysHelp = later(() => import("@/components/shell/keys-help").then((file) => file.KeysHelp));
const loadPalette = () => import("@/components/shell/palette").then((file) => file.Palette);
const Palette = later(loadPalette);
const SessionEnded = later(() => import("@/components/shell/session-ended").then((file) => file.SessionEnded));

/** The palette's code comes while the first of its two keys is held. */
const soon = () => void loadPalette().catch(() => {});

export type Look = Readonly<{
  theme: Theme;
  narrow: boolean;
  keys: boolean;
  zone: Zone;
  /** Rows of lists stand closer together. */
  compact: boolean;
  hidden: readonly HiddenColumn[];
}>;

type Props = Readonly<{
  tenantSlug: string;
  look: Look;
  /** Keeps a choice in a cookie, so that the server draws the next page with it. */
  saveLook: (look: Partial<Look>) => Promise<void>;
  children: ReactNode;
}>;

/** What stands around every page of a tenant. */
export function ShellFrame({ tenantSlug, children, look, saveLook }: Props) {
  const [now, setNow] = useState(look);
  const ended = useSyncExternalStore(sessionState.subscribe, sessionState.hasEnded, () => false);
  const { data: shell } = useQuery(useTRPC().shell.get.queryOptions({ tenantSlug }));
  const change = useCallback(
    (next: Partial<Look>) => {
      setNow((before) => ({ ...before, ...next }));
      const { dataset } = document.documentElement;
      if (next.theme === "system") delete dataset["theme"];
      else if (next.theme) dataset["theme"] = next.theme;
      void saveLook(next).catch(() => {});
    },
    [saveLook],
  );
  const { compact, hidden } = now;
  const lists = useMemo(() => ({ compact, hidden, onChange: change }), [compact, hidden, change]);
  if (!shell) return null;
  return (
    <ScopeProvider shell={shell} zone={now.zone}>
      <LiveProvider tenantSlug={tenantSlug}>
        <Frame look={now} onLook={change} shell={shell}>
          <ListLookContext value={lists}>{children}</ListLookContext>
        </Frame>
        <FactForms />
        <Toaster />
        {ended && <SessionEnded />}
        <AskAgain />
      </LiveProvider>
    </ScopeProvider>
  );
}

/** Whether the palette is asked for; what is typed before its code is there waits for it. */
function usePalette() {
  const [finding, setFinding] = useState(false);
  const close = useCallback(() => {
    dropEarlyKeys();
    setFinding(false);
  }, []);
  const open = useCallback(() => {
    keepEarlyKeys(close);
    loadPalette().catch(close);
    setFinding(true);
  }, [close]);
  useEffect(() => dropEarlyKeys, []);
  return [finding, open, close] as const;
}

type FrameProps = Readonly<{
  shell: Parameters<typeof TopBar>[0]["shell"];
  look: Look;
  onLook: (change: Partial<Look>) => void;
  children: ReactNode;
}>;

function Frame({ shell, look, onLook, children }: FrameProps) {
  const [help, setHelp] = useState(false);
  const [finding, openPalette, closePalette] = usePalette();
  const openHelp = useCallback(() => setHelp(true), []);
  const { timeZone } = shell.tenant;
  const turnZone = useCallback(() => {
    const zone = nextZone(look.zone, timeZone);
    onLook({ zone });
    toast(t("Times are shown in {zone}.", { zone: zoneOf(zone, timeZone) }));
  }, [look.zone, onLook, timeZone]);
  useShortcuts(look.keys, { onHelp: openHelp, onPalette: openPalette, onSoon: soon, onZone: turnZone });
  useEffect(() => rememberTenant(shell.tenant.slug), [shell.tenant.slug]);

  return (
    <div className="flex min-h-dvh" data-keys={look.keys ? "on" : "off"}>
      <a
        className="sr-only z-50 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:start-2"
        href="#main"
      >
        {t("Skip to content")}
      </a>
      <Sidebar narrow={look.narrow} onNarrow={(narrow) => onLook({ narrow })} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar
          menu={
            <AvatarMenu
              onHelp={openHelp}
              onTheme={(theme) => onLook({ theme })}
              onZone={(of) => onLook({ zone: { of, mine: zoneHere() } })}
              theme={look.theme}
              zone={look.zone}
            />
          }
          onFind={openPalette}
          shell={shell}
        />
        <StateBar />
        {shell.viewing ? <ViewBar viewing={shell.viewing} /> : <ScopeBand />}
        <main
          className="mx-auto w-full max-w-[90rem] flex-1 px-4 pt-4 pb-24 outline-none min-[100rem]:has-data-panel:pe-[36rem] sm:px-6 sm:pb-10"
          id="main"
          tabIndex={-1}
        >
          {children}
        </main>
      </div>
      <BottomBar />
      {finding && <Palette onClose={closePalette} />}
      {help && <KeysHelp on={look.keys} onClose={() => setHelp(false)} onSwitch={(keys) => onLook({ keys })} />}
    </div>
  );
}
