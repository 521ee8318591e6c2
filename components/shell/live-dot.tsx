"use client";

import { useEffect, useState } from "react";

import { useLive } from "@/components/api/live";
import { agoText } from "@/components/calls/duration-text";
import { t } from "@/server/kernel/words";

/** Says whether what is on screen is live, and since when it is not. */
export function LiveDot() {
  const { connected, since } = useLive();
  const [age, setAge] = useState<string>();

  useEffect(() => {
    if (connected || !since) return setAge(undefined);
    const tick = () => setAge(agoText(Date.now() - since.getTime()));
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [connected, since]);

  if (connected) {
    return (
      <span className="inline-flex items-center gap-1.5 text-xs text-ink-2" title={t("Changes appear by themselves")}>
        <span
          aria-hidden="true"
          className="size-2 rounded-full bg-ok motion-safe:animate-[rf-pulse_2s_ease-in-out_infinite]"
        />
        {t("Live")}
      </span>
    );
  }
  return (
    <span
      className="inline-flex items-center gap-1.5 text-xs text-ink-2"
      title={t("The page shows what was last known")}
    >
      <span aria-hidden="true" className="size-2 rounded-full border border-outline" />
      {age ? t("Reconnecting, data {age} old", { age }) : t("Connecting")}
    </span>
  );
}
