"use client";

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { optionAfter } from "@/components/ui/combobox-keys";
import { ComboboxOptions, type Option } from "@/components/ui/combobox-options";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

export type { Option } from "@/components/ui/combobox-options";

type Props = Readonly<{
  label: string;
  labelHidden?: boolean;
  hint?: string;
  problem?: string | undefined;
  /** With a name it is a field of a form, and its value goes with it. */
  name?: string;
  /** Said while nothing is chosen. */
  placeholder: string;
  chosen: Option | undefined;
  /** What was found for the text that is typed; undefined while it is asked for. */
  options: readonly Option[] | undefined;
  /** There are more than are shown. */
  more?: boolean;
  onText: (text: string) => void;
  /** undefined: nothing is chosen any more. */
  onChoose: (option: Option | undefined) => void;
  className?: string;
}>;

const SETTLE_MS = 200;

/**
 * A field that looks for what may be chosen as one types, among more than a list can show. Arrows walk, Enter chooses, Esc closes;
 * an emptied field chooses nothing. The reader hears each option and how many there are.
 */
export function Combobox({ label, labelHidden, hint, problem, name, placeholder, chosen, className, ...props }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const { text, at, open, type, choose, close, onKey } = useCombobox(props);
  const shown = props.options ?? [];
  return (
    <div className={cx("grid content-start gap-1", className)}>
      <label className={labelHidden ? "sr-only" : "font-medium"} htmlFor={id}>
        {label}
      </label>
      <input
        aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-describedby={[hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined}
        aria-expanded={open}
        aria-invalid={problem ? true : undefined}
        autoComplete="off"
        className="control truncate"
        data-first={name ? "" : undefined}
        id={id}
        onBlur={close}
        onChange={(event) => type(event.target.value)}
        onClick={() => open || type("")}
        onKeyDown={onKey}
        placeholder={open && chosen ? chosen.label : placeholder}
        ref={field}
        role="combobox"
        spellCheck={false}
        type="text"
        value={text ?? chosen?.label ?? ""}
      />
      {name && <input name={name} type="hidden" value={chosen?.value ?? ""} />}
      {hint && <Note id={`${id}-hint`} ink="text-ink-3" text={hint} />}
      {problem && <Note id={`${id}-problem`} ink="text-bad" text={problem} />}
      <ComboboxOptions
        at={at}
        field={field}
        id={id}
        label={label}
        none={chosen ? placeholder : undefined}
        onChoose={choose}
        open={open}
        options={props.options}
        {...(props.more === undefined ? {} : { more: props.more })}
      />
      <p aria-live="polite" className="sr-only">
        {open && props.options
          ? props.more
            ? t("{n, plural, one {# and more to choose from} other {# and more to choose from}}", { n: shown.length })
            : t("{n, plural, one {# to choose from} other {# to choose from}}", { n: shown.length })
          : ""}
      </p>
    </div>
  );
}

const Note = ({ id, ink, text }: Readonly<{ id: string; ink: string; text: string }>) => (
  <p className={`text-xs ${ink}`} id={id}>
    {text}
  </p>
);

function useCombobox({ options, onText, onChoose }: Pick<Props, "options" | "onText" | "onChoose">) {
  const [text, setText] = useState<string>();
  const [at, setAt] = useState(-1);
  const open = text !== undefined;

  useEffect(() => {
    if (text === undefined) return;
    const timer = setTimeout(() => onText(text.trim()), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, onText]);

  const type = (typed: string) => {
    setText(typed);
    setAt(-1);
  };
  const close = () => {
    setText(undefined);
    setAt(-1);
  };
  const choose = (option: Option | undefined) => {
    close();
    onChoose(option);
  };
  const enter = () => {
    const option = options?.[at] ?? (text ? options?.[0] : undefined);
    if (option || text === "") choose(option);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    const to = optionAfter(key, at, options?.length ?? 0);
    if (to === undefined && !(open && (key === "Escape" || key === "Enter"))) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "Escape") return close();
    if (key === "Enter") return enter();
    if (!open) setText("");
    setAt(to ?? -1);
  };
  return { text, at, open, type, choose, close, onKey };
}
