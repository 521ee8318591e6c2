/** The mark: a ring that is not quite closed, with what it guards inside. */
export function Wordmark({ small, narrowAway }: Readonly<{ small?: boolean; narrowAway?: boolean }>) {
  return (
    <span className="inline-flex items-center gap-2 text-md font-semibold tracking-tight">
      <svg aria-hidden="true" className="size-5 shrink-0 text-accent" fill="none" viewBox="0 0 20 20">
        <path d="M10 2.5a7.5 7.5 0 1 1-5.3 2.2" stroke="currentColor" strokeLinecap="round" strokeWidth="2" />
        <circle cx="10" cy="10" fill="currentColor" r="2.5" />
      </svg>
      <span className={small ? "sr-only" : narrowAway ? "max-lg:sr-only" : ""}>Ringfence</span>
    </span>
  );
}
