import { useId } from "react";

type Props = Readonly<{
  label: string;
  name: string;
  hint: string;
  problem: string | undefined;
  /** What stands in it at first. */
  lines: readonly string[];
}>;

/** A list that is typed or pasted, one a line, such as networks: read it with linesIn. */
export function LinesField({ label, name, hint, problem, lines }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        {label}
      </label>
      <textarea
        aria-describedby={problem ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={problem ? true : undefined}
        className="control min-h-24 py-1.5 font-mono"
        data-first=""
        defaultValue={lines.join("\n")}
        dir="ltr"
        id={id}
        name={name}
        rows={4}
        spellCheck={false}
      />
      <p className="text-xs text-ink-3" id={`${id}-hint`}>
        {hint}
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** What was typed into it; commas and spaces part as lines do. */
export const linesIn = (data: FormData, name: string): string[] =>
  String(data.get(name) ?? "")
    .split(/[\s,;]+/)
    .filter(Boolean);
