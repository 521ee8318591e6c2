import type { ReactNode } from "react";

type Props = Readonly<{ title: string; aside?: ReactNode; actions?: ReactNode; children?: ReactNode }>;

/** The title row of every page, and under it one row of controls. */
export function PageHeader({ title, aside, actions, children }: Props) {
  return (
    <header className="grid gap-3 pb-3">
      <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {aside && <div className="text-ink-3">{aside}</div>}
        {actions && <div className="ms-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children && <div className="flex flex-wrap items-end gap-2">{children}</div>}
    </header>
  );
}
