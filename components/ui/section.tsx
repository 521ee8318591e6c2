import type { ReactNode } from "react";

type Props = Readonly<{
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** 2 straight under the page's title, 3 inside a panel or dialog. */
  level?: 2 | 3;
}>;

/** A part of a page or panel, set apart by its heading and by space. */
export function Section({ title, aside, children, level = 3 }: Props) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="grid content-start gap-2">
      <div className="flex min-h-6 items-center justify-between gap-4">
        <Heading className="text-xs font-semibold text-ink-2">{title}</Heading>
        {aside}
      </div>
      {children}
    </section>
  );
}
