"use client";

import { useSyncExternalStore } from "react";

import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { toastStore } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The one place where toasts appear. Polite: it waits for the screen reader to finish. */
export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.get, () => toastStore.none);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed end-4 bottom-20 start-4 z-40 grid justify-items-center gap-2 sm:bottom-4"
    >
      {toasts.map((toast) => (
        <div
          className="rf-arrive pointer-events-auto flex items-center gap-3 rounded-lg border bg-surface py-1 pe-1 ps-3 shadow-float"
          key={toast.id}
        >
          <Icon
            name={toast.tone === "ok" ? "check" : "alert"}
            className={toast.tone === "ok" ? "text-ok" : "text-bad"}
          />
          <span className="py-1">{toast.text}</span>
          {toast.undo && (
            <Button
              look="quiet"
              onClick={() => {
                toast.undo?.();
                toastStore.drop(toast.id);
              }}
            >
              {t("Undo")}
            </Button>
          )}
          <IconButton icon="close" label={t("Dismiss")} onClick={() => toastStore.drop(toast.id)} />
        </div>
      ))}
    </div>
  );
}
