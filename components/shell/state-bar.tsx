"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

import { useTRPC } from "@/components/api/client";
import { useLive } from "@/components/api/live";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { hasDrafts, keepDrafts } from "@/components/ui/drafts";
import { pageStanding, type Standing } from "@/components/ui/page-standing";
import { t } from "@/server/kernel/words";

function onLine(tell: () => void): () => void {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}

/** A page that cannot be fetched would take the place of this one and of what is typed in it, so it is not asked for. */
function useStayWhile(offline: boolean): void {
  useEffect(() => {
    if (!offline) return;
    const stay = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (link && link.origin === location.origin && link.pathname !== location.pathname) event.preventDefault();
    };
    document.addEventListener("click", stay, { capture: true });
    document.documentElement.dataset["offline"] = "";
    return () => {
      document.removeEventListener("click", stay, { capture: true });
      delete document.documentElement.dataset["offline"];
    };
  }, [offline]);
}

/** Puts back what was typed before a reload that this bar made; the code for it comes only when something was kept. */
function useDrafts(who: string | undefined): void {
  useEffect(() => {
    if (!who || !hasDrafts()) return;
    let stop = () => {};
    let over = false;
    import("@/components/shell/restore-drafts").then(
      ({ restoreDrafts }) => {
        if (!over) stop = restoreDrafts(who);
      },
      () => {},
    );
    return () => {
      over = true;
      stop();
    };
  }, [who]);
}

/** The dialog over the page, if there is one: what is beside it cannot be pressed. */
function useTopDialog(wanted: boolean): Element | undefined {
  const [dialog, setDialog] = useState<Element>();
  useEffect(() => {
    if (!wanted) return;
    const look = () => setDialog([...document.querySelectorAll("dialog:modal")].at(-1));
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["open"] });
    look();
    return () => watch.disconnect();
  }, [wanted]);
  return wanted && dialog?.isConnected ? dialog : undefined;
}

/**
 * Says what is wrong with the page as such, and leaves the page alone: no connection, a newer build, a part that could not be
 * loaded, a seat that was taken away.
 */
export function StateBar() {
  const { tenant } = useScope();
  const { connected, since } = useLive();
  const networked = useSyncExternalStore(
    onLine,
    () => navigator.onLine,
    () => true,
  );
  // A portal on the same machine is there without any network: what counts is that the stream was there and is not.
  const online = networked || connected || since === undefined;
  const standing = useSyncExternalStore(pageStanding.subscribe, pageStanding.get, () => pageStanding.well);
  const who = useQuery(useTRPC().me.get.queryOptions()).data?.user.id;
  useStayWhile(!online);
  useDrafts(who);

  const reload = () => {
    keepDrafts(who ?? "");
    location.reload();
  };
  const dialog = useTopDialog(!online || standing !== pageStanding.well);
  const lines = <Lines onReload={reload} online={online} standing={standing} tenantName={tenant.name} />;
  return (
    <>
      <div aria-live="polite" className="sticky top-12 z-[16]">
        {!dialog && lines}
      </div>
      {dialog && createPortal(<div className="sticky bottom-0 z-20">{lines}</div>, dialog)}
    </>
  );
}

type LinesProps = Readonly<{ standing: Standing; online: boolean; tenantName: string; onReload: () => void }>;

function Lines({ standing, online, tenantName, onReload }: LinesProps) {
  const act = online ? <Button onClick={onReload}>{t("Reload")}</Button> : undefined;
  return (
    <>
      {standing.unseated && (
        <Line title={t("You have no seat at {tenant} any more.", { tenant: tenantName })} tone="bad">
          {t(
            "Nothing can be changed from here. What you typed stays, so that you can copy it; an owner or admin can let you in again.",
          )}{" "}
          <a className="font-medium text-accent underline underline-offset-2" href="/">
            {t("Go to my tenants")}
          </a>
        </Line>
      )}
      {!online && (
        <Line title={t("You are offline.")} tone="warn">
          {t("What you typed stays here. Nothing is sent, and no other page opens, until the connection is back.")}
        </Line>
      )}
      {standing.older && (
        <Line act={act} title={t("A newer version of the portal is out.")} tone="info">
          {t("Reload when it suits you. What stands in your forms is kept, except passwords and files.")}
        </Line>
      )}
      {standing.partMissing && !standing.older && (
        <Line act={act} title={t("A part of this page could not be loaded.")} tone="warn">
          {t(
            "The portal may have been updated, or the connection is poor. What stands in your forms is kept when you reload.",
          )}
        </Line>
      )}
    </>
  );
}

const tones = {
  bad: ["bg-bad-soft", "text-bad"],
  warn: ["bg-warn-soft", "text-warn"],
  info: ["bg-info-soft", "text-info"],
} as const;

type LineProps = Readonly<{ tone: keyof typeof tones; title: string; act?: ReactNode; children: ReactNode }>;

function Line({ tone, title, act, children }: LineProps) {
  const [box, ink] = tones[tone];
  return (
    <div className={cx("flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-1.5 sm:px-6", box)}>
      <p className="min-w-0 flex-1 basis-60 text-ink-2">
        <strong className={cx("font-semibold", ink)}>{title}</strong> {children}
      </p>
      {act}
    </div>
  );
}
