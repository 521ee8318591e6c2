"use client";

import { type ReactNode, useEffect, useId, useRef } from "react";

import { IconButton } from "@/components/ui/icon-button";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  title: string;
  children: ReactNode;
  onClose: () => void;
  /** `wide` holds a form beside its preview, `middle` a picture beside its steps. */
  size?: "narrow" | "middle" | "wide";
  /** What was shown once must not vanish with a stray click or Esc. */
  holdOpen?: boolean;
}>;

const sizes = { narrow: "sm:max-w-md", middle: "sm:max-w-xl", wide: "sm:max-w-4xl" } as const;

/** Control and Enter, or Command and Enter, press a form's own button from any of its fields: Enter alone opens a list. */
function send(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof Element)) return;
  event.preventDefault();
  event.target.closest("form")?.querySelector<HTMLElement>('[type="submit"]')?.click();
}

/** The platform's own modal: it traps focus, closes with Esc and gives focus back to the opener. Mounted means open. */
export function Dialog({ title, children, onClose, size = "narrow", holdOpen }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.addEventListener("keydown", send);
    return () => dialog?.removeEventListener("keydown", send);
  }, []);

  // The field to begin with may come later than the dialog, when its data does, in a part of it that is drawn alone; it is
  // focused once, when it is there. Until then Enter would close what was only just opened.
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const lead = (): boolean => {
      const first = dialog.querySelector<HTMLElement>("[data-first]");
      first?.focus();
      return first !== null;
    };
    if (lead()) return;
    const watch = new MutationObserver(() => lead() && watch.disconnect());
    watch.observe(dialog, { subtree: true, childList: true, attributeFilter: ["data-first"] });
    return () => watch.disconnect();
  }, []);

  return (
    <dialog
      aria-labelledby={titleId}
      className={`m-auto whitespace-normal text-start font-normal text-ink text-sm max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-y-auto rounded-xl border bg-surface shadow-float max-sm:mt-auto max-sm:mb-0 max-sm:w-screen max-sm:max-w-none max-sm:rounded-b-none ${sizes[size]}`}
      onCancel={(event) => {
        if (holdOpen) event.preventDefault();
      }}
      onClose={onClose}
      ref={ref}
    >
      <div className="sticky top-0 z-10 flex items-center gap-4 bg-surface px-5 pt-4 pb-2">
        <h2 className="text-lg font-semibold" id={titleId}>
          {title}
        </h2>
        <IconButton className="-me-2 ms-auto" icon="close" label={t("Close")} onClick={() => ref.current?.close()} />
      </div>
      <div className="px-5 pb-5">{children}</div>
    </dialog>
  );
}
