import { cx } from "@/components/ui/cx";

export type ButtonLook = "primary" | "plain" | "quiet" | "warning" | "danger";

const looks: Record<ButtonLook, string> = {
  primary:
    "border-accent bg-accent text-on-accent hover:border-accent-hover hover:bg-accent-hover data-stopped:border-line data-stopped:bg-sunken data-stopped:text-ink-3",
  plain: "border-outline bg-surface text-ink hover:bg-sunken data-stopped:text-ink-3",
  quiet: "border-transparent text-ink-2 hover:bg-sunken hover:text-ink data-stopped:text-ink-3",
  warning: "border-transparent text-bad hover:bg-bad-soft data-stopped:text-ink-3",
  danger: "border-bad bg-bad text-on-bad data-stopped:border-line data-stopped:bg-sunken data-stopped:text-ink-3",
};

/** The classes of a button, for links that look like one. */
export const buttonClass = (look: ButtonLook = "plain", className = ""): string =>
  cx(
    "inline-flex min-h-8 pointer-coarse:min-h-11 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 py-1 font-medium whitespace-nowrap select-none",
    looks[look],
    className,
  );
