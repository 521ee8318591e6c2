type Props = Readonly<{
  label: string;
  checked: boolean;
  /** `through`: with Shift, so all from the one ticked before are meant. */
  onChange: (checked: boolean, through: boolean) => void;
  /** The row that X chooses with it. */
  chooses?: string;
}>;

/** A tick box whose label is spoken only, in a row of a list. Its target is as large as the row is high. */
export function Tick({ label, checked, onChange, chooses }: Props) {
  return (
    <label className="relative z-1 inline-flex size-6 items-center justify-center pointer-coarse:size-11">
      <input
        aria-label={label}
        checked={checked}
        className="size-4 accent-accent"
        data-chooses={chooses}
        data-shortcut={chooses && "x"}
        onChange={({ target, nativeEvent }) =>
          onChange(target.checked, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
        type="checkbox"
      />
    </label>
  );
}
