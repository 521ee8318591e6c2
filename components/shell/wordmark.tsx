import { cx } from "@/components/ui/cx";

export type ShownBrand = Readonly<{ name: string; logo: string | null; logoWide: boolean }>;

type Props = Readonly<{
  small?: boolean | undefined;
  narrowAway?: boolean | undefined;
  brand?: ShownBrand | null | undefined;
}>;

/** A name is the same in every language. */
const PRODUCT = "Ringfence";

/** The mark: a ring that is not quite closed, with what it guards inside; or that of whoever sells here. */
export function Wordmark({ small, narrowAway, brand }: Props) {
  if (brand?.logo) return <Logo brand={brand} narrowAway={narrowAway} small={small} src={brand.logo} />;
  return (
    <span className="inline-flex min-w-0 items-center gap-2 text-md font-semibold tracking-tight">
      {brand ? (
        <span
          aria-hidden="true"
          className="grid size-5 shrink-0 place-items-center rounded-sm bg-accent text-xs text-on-accent"
        >
          {[...brand.name][0]?.toUpperCase()}
        </span>
      ) : (
        <svg aria-hidden="true" className="size-5 shrink-0 text-accent" fill="none" viewBox="0 0 20 20">
          <path d="M10 2.5a7.5 7.5 0 1 1-5.3 2.2" stroke="currentColor" strokeLinecap="round" strokeWidth="2" />
          <circle cx="10" cy="10" fill="currentColor" r="2.5" />
        </svg>
      )}
      <span className={small ? "sr-only" : narrowAway ? "truncate max-lg:sr-only" : "truncate"} dir="auto">
        {brand?.name ?? PRODUCT}
      </span>
    </span>
  );
}

/** On a light plate also where all else is dark: logos are drawn for paper. A wide one says the name itself. */
function Logo({ brand, src, small, narrowAway }: Props & Readonly<{ brand: ShownBrand; src: string }>) {
  const away = small ? "sr-only" : narrowAway ? "truncate max-lg:sr-only" : "truncate";
  return (
    <span className="inline-flex min-w-0 items-center gap-2 text-md font-semibold tracking-tight">
      <LogoImage brand={brand} src={src} />
      {!brand.logoWide && (
        <span className={away} dir="auto">
          {brand.name}
        </span>
      )}
    </span>
  );
}

/** A box of its own, so that nothing moves when the picture comes. */
export function LogoImage({ brand, src }: Readonly<{ brand: ShownBrand; src: string }>) {
  return (
    <span
      aria-hidden={brand.logoWide ? undefined : true}
      aria-label={brand.logoWide ? brand.name : undefined}
      className={cx(
        "block h-7 shrink rounded-sm bg-[light-dark(transparent,#fff)] bg-contain bg-left bg-no-repeat bg-origin-content p-0.5",
        brand.logoWide ? "w-32" : "w-7",
      )}
      role="img"
      style={{ backgroundImage: `url(${src})` }}
    />
  );
}
