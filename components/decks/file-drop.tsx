"use client";

import { type DragEvent, useEffect, useEffectEvent, useId, useRef, useState } from "react";

import { sizeText } from "@/components/decks/deck-words";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  file: File | undefined;
  problem: string | undefined;
  onFile: (file: File | undefined) => void;
}>;

/** A place to drop a file on. It is the platform's own file input, so keyboards and screen readers have it as well. */
export function FileDrop({ file, problem, onFile }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  // A file that was chosen before the page woke up is in the input, and nobody was told.
  const catchUp = useEffectEvent(() => {
    const early = input.current?.files?.[0];
    if (early) onFile(early);
  });
  useEffect(() => catchUp(), []);
  const hold = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    <div className="grid gap-1">
      <label
        className={cx(
          "grid cursor-pointer justify-items-center gap-1 rounded-lg border border-dashed px-4 py-6 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          over ? "border-accent bg-accent-soft" : "border-outline bg-surface hover:bg-sunken",
        )}
        data-shortcut="n"
        htmlFor={id}
        onDragLeave={() => setOver(false)}
        onDragOver={hold}
        onDrop={drop}
      >
        <span className="font-medium">{file ? file.name : t("Drop a CSV file here, or choose one")}</span>
        <span className="text-xs text-ink-2">
          {file
            ? t("{size}, another one replaces it", { size: sizeText(file.size) })
            : t("A line of column names and a price per prefix; at most 64 MB")}
        </span>
        <input
          accept=".csv,.txt,.tsv,text/csv,text/plain"
          aria-describedby={problem ? `${id}-problem` : undefined}
          aria-invalid={problem ? true : undefined}
          aria-label={t("File")}
          className="sr-only"
          id={id}
          name="file"
          onChange={(event) => taken(event.target, onFile)}
          ref={input}
          type="file"
        />
      </label>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** Chosen by a key of the page, the form goes on from the field. */
function taken(field: HTMLInputElement, onFile: Props["onFile"]): void {
  onFile(field.files?.[0]);
  field.focus();
}
