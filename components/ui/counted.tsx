import type { ReactNode } from "react";

type Props = Readonly<{ figure: ReactNode; words: string }>;

/** Under its head a figure is enough; a telephone has no heads. */
export const Counted = ({ figure, words }: Props) => (
  <>
    <span className="max-sm:hidden">{figure}</span>
    <span className="sm:hidden">{words}</span>
  </>
);
