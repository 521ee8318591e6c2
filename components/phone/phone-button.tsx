"use client";

import { useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

import { askForPhone, idle, phoneStore } from "@/components/phone/phone-store";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { later } from "@/components/ui/later";
import { t } from "@/server/kernel/words";

const PhoneLayer = later(() => import("@/components/phone/phone-layer").then((file) => file.PhoneLayer));

/** Whether this person may have a phone in this page: a call is paid by the tenant whose people make it. */
export function useMayPhone(): boolean {
  const { can, tenant, ownSeat } = useScope();
  return ownSeat && tenant.kind === "customer" && can("extensions.write");
}

/** Opens the phone of this page, and says whether a call goes on in it. Its code comes with the first press. */
export function PhoneButton() {
  const { tenantSlug } = useScope();
  const may = useMayPhone();
  const { open, line, call } = useSyncExternalStore(phoneStore.subscribe, phoneStore.get, () => idle);
  const busy = call !== undefined && call.phase !== "over";
  // Once it is there it stays, wherever one goes meanwhile.
  const there = open || line !== "off";
  if (!may && !there) return null;
  const name = busy ? t("Phone (in a call)") : line === "ready" ? t("Phone (ready)") : t("Phone");
  return (
    <>
      <button
        aria-expanded={open}
        aria-label={name}
        className={cx(
          "relative inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken hover:text-ink",
          busy ? "bg-ok-soft text-ok" : "text-ink-2",
        )}
        onClick={() => (open ? phoneStore.set({ open: false }) : askForPhone({ tenantSlug }))}
        title={t("Phone")}
        type="button"
      >
        <Icon name="calls" />
        {line === "ready" && (
          <span aria-hidden="true" className="absolute end-1 bottom-1 size-1.5 rounded-full bg-ok" />
        )}
      </button>
      {there && createPortal(<PhoneLayer />, document.getElementById("branded") ?? document.body)}
    </>
  );
}
