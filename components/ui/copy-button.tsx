"use client";

import { useEffect, useState } from "react";

import { copyText } from "@/components/ui/copy-text";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ text: string; label: string; className?: string; children?: string }>;

/** Copies and says so, for two seconds, in its own place. */
export function CopyButton({ text, label, className, children }: Props) {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () =>
    copyText(text).then(
      () => setState("done"),
      () => setState("failed"),
    );
  const said = state === "done" ? t("Copied") : state === "failed" ? t("Select and copy by hand") : children;

  return (
    <button
      aria-label={state === "idle" ? label : said}
      className={cx(
        "inline-flex min-h-6 min-w-6 items-center justify-center gap-1.5 rounded-sm px-1 text-ink-2 hover:bg-sunken hover:text-ink",
        className,
      )}
      onClick={copy}
      title={label}
      type="button"
    >
      <Icon name={state === "done" ? "check" : "copy"} className={state === "done" ? "text-ok" : ""} />
      {said && <span aria-live="polite">{said}</span>}
    </button>
  );
}
