"use client";

import { useEffect, useRef, useState } from "react";

import { Icon } from "@/components/ui/icon";

type Props = Readonly<{ label: string; value: string; onValue: (value: string) => void; className?: string }>;

const SETTLE_MS = 250;

/** Search as one types; the list asks after a quarter of a second of silence. `/` leads here. */
export function SearchBox({ label, value, onValue, className = "" }: Props) {
  const [text, setText] = useState(value);
  const sent = useRef(value);

  // Back and Forward change the address under us.
  if (value !== sent.current && value !== text) {
    sent.current = value;
    setText(value);
  }

  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onValue(text.trim());
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, onValue]);

  return (
    <span className={`relative block ${className}`}>
      <Icon className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-ink-3" name="search" />
      <input
        aria-label={label}
        autoComplete="off"
        className="control ps-8"
        data-shortcut="/"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        placeholder={label}
        spellCheck={false}
        type="text"
        value={text}
      />
    </span>
  );
}
