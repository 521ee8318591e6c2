import type { ReactNode } from "react";

import { cx } from "@/components/ui/cx";
import { Icon, type IconName } from "@/components/ui/icon";

export type Tone = "info" | "ok" | "warn" | "bad";

const tones: Record<Tone, { box: string; ink: string; icon: IconName }> = {
  info: { box: "bg-info-soft", ink: "text-info", icon: "live" },
  ok: { box: "bg-ok-soft", ink: "text-ok", icon: "check" },
  warn: { box: "bg-warn-soft", ink: "text-warn", icon: "alert" },
  bad: { box: "bg-bad-soft", ink: "text-bad", icon: "alert" },
};

type Props = Readonly<{
  tone: Tone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  code?: string | undefined;
  live?: boolean;
}>;

/** What happened, why, what next, and the code to quote. */
export function Notice({ tone, title, children, action, code, live }: Props) {
  const { box, ink, icon } = tones[tone];
  return (
    <div
      className={cx("flex gap-3 rounded-lg px-3 py-2.5", box)}
      role={live ? (tone === "bad" ? "alert" : "status") : undefined}
    >
      <Icon name={icon} className={cx("mt-0.5", ink)} />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className={cx("font-medium", ink)}>{title}</p>
        {children && <div className="text-ink-2">{children}</div>}
        {code && <p className="font-mono text-xs text-ink-2">{code}</p>}
        {action && <div className="pt-1">{action}</div>}
      </div>
    </div>
  );
}
