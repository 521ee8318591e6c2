"use client";

import type { ReactNode } from "react";

import { useOpen } from "@/components/ui/use-open";

type Props = Readonly<{ id: string; label?: string; children: ReactNode; className?: string }>;

/** The one control of a row: a real link that covers the row and opens its panel, so the address can be shared. */
export function RowLink({ id, label, children, className = "" }: Props) {
  const { open, openId, hrefOf } = useOpen();
  return (
    <a
      aria-label={label}
      className={`rounded-sm after:absolute after:inset-0 ${className}`}
      data-open={openId === id}
      data-row=""
      href={hrefOf(id)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        open(id);
      }}
    >
      {children}
    </a>
  );
}
