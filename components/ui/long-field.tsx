import { type ComponentProps, useId } from "react";

type Props = Readonly<
  Omit<ComponentProps<"textarea">, "id"> & { name: string; label: string; problem: string | undefined }
>;

/** A labelled field of several lines. */
export function LongField({ label, problem, ...input }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        {label}
      </label>
      <textarea
        aria-describedby={problem ? `${id}-problem` : undefined}
        aria-invalid={problem ? true : undefined}
        className="control py-1.5"
        id={id}
        {...input}
      />
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
