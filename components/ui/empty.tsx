import type { ReactNode } from "react";

type Props = Readonly<{ title: string; children?: ReactNode; action?: ReactNode }>;

/** One sentence, one way on. */
export function Empty({ title, children, action }: Props) {
  return (
    <div className="grid justify-items-start gap-2 border-y py-10">
      <p className="text-lg font-medium">{title}</p>
      {children && <div className="max-w-prose text-md text-ink-2">{children}</div>}
      {action && <div className="pt-2">{action}</div>}
    </div>
  );
}
