/** Drawn on a 16 px grid with a 1.5 px stroke, so that they sit beside 13 px text without shouting. */
const paths = {
  home: "M2.5 7 8 2.5 13.5 7v6a.5.5 0 0 1-.5.5h-3.25v-4h-3.5v4H3a.5.5 0 0 1-.5-.5z",
  calls:
    "M5.6 2.5 7 5.6 5.5 7a8.4 8.4 0 0 0 3.6 3.6L10.4 9l3.1 1.4v2.2a1 1 0 0 1-1.1 1A10.7 10.7 0 0 1 2.4 3.6a1 1 0 0 1 1-1.1z",
  live: "M1.5 8h2.75L6 3l3.5 10L11.75 8h2.75",
  phones:
    "M4 2h8a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM5.75 4.75h4.5v2.5h-4.5zM6 9.75h.01M8 9.75h.01M10 9.75h.01M6 11.75h.01M8 11.75h.01M10 11.75h.01",
  balance: "M2 4.5h10.5a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1zM2 4.5A1.5 1.5 0 0 1 3.5 3H11v1.5M10.75 9h.01",
  tenants: "M8 2.5v3M3.5 10.5v-2h9v2M8 5.5v3M6 2.5h4v3H6zM1.75 10.5h3.5v3h-3.5zM10.75 10.5h3.5v3h-3.5z",
  plans: "M8.5 2.5H13a.5.5 0 0 1 .5.5v4.5L8 13l-5-5zM10.75 5.25h.01",
  destinations:
    "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM1.75 8h12.5M8 1.75c2 2 2.6 4 2.6 6.25S10 12.25 8 14.25C6 12.25 5.4 10.25 5.4 8S6 3.75 8 1.75z",
  statement: "M3.5 1.75h6.25l2.75 2.75v9.75l-1.5-1-1.5 1-1.5-1-1.5 1-1.5-1-1.5 1zM6 6h4M6 8.5h4",
  audit: "M3.5 2h9v12h-9zM6 5h4M6 8h4M6 11h2",
  team: "M6 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM1.75 13.5c.3-2.4 2-3.75 4.25-3.75s3.95 1.35 4.25 3.75M10.5 7.25a2.1 2.1 0 1 0-.9-4M12 10c1.3.5 2.05 1.7 2.25 3.5",
  limits: "M2.5 11.5a5.5 5.5 0 1 1 11 0M8 11.5l2.5-3.5M2.5 13.5h11",
  reports: "M2.5 13.5h11M4 11V7.5M8 11V3M12 11V5.5",
  compare: "M8 2v12M2 5.5h3.5M2 8h3.5M2 10.5h3.5M10.5 5.5H14M10.5 8H14M10.5 10.5h2",
  settings:
    "M2.5 4.5h5.25M11.25 4.5h2.25M9.5 2.75a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5zM2.5 11.5h2.25M8.25 11.5h5.25M6.5 9.75a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5z",
  more: "M3.25 8h.01M8 8h.01M12.75 8h.01",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  right: "m6.5 4.5 3.5 3.5-3.5 3.5",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3.5 8.5 3 3 6-7",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3",
  plus: "M8 3v10M3 8h10",
  out: "M4.5 11.5 11.5 4.5M6 4.5h5.5V10",
  in: "M11.5 4.5 4.5 11.5M10 11.5H4.5V6",
  inside: "M2.5 8h11M10.5 5l3 3-3 3M5.5 5l-3 3 3 3",
  alert: "M8 2.25 14.25 13H1.75zM8 6.5v3M8 11.25h.01",
  bell: "M4.25 6.75a3.75 3.75 0 0 1 7.5 0c0 3 1.25 4 1.25 4H3s1.25-1 1.25-4zM6.75 13a1.3 1.3 0 0 0 2.5 0",
  lock: "M4 7.25h8v6H4zM5.75 7.25V5a2.25 2.25 0 0 1 4.5 0v2.25",
  sidebar: "M2.5 3h11v10h-11zM6 3v10",
  person: "M8 7.75a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.75c.4-2.6 2.3-4 5-4s4.6 1.4 5 4",
  voucher: "M2 4.5h12v2.25a1.25 1.25 0 0 0 0 2.5v2.25H2V9.25a1.25 1.25 0 0 0 0-2.5zM9.5 5v1.5M9.5 9.5V11",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H7",
} as const;

export type IconName = keyof typeof paths;

type Props = Readonly<{ name: IconName; className?: string }>;

/** Always decoration: the word stands beside it or in the control's label. */
export function Icon({ name, className = "" }: Props) {
  return (
    <svg
      aria-hidden="true"
      className={`size-4 shrink-0 ${className}`}
      fill="none"
      focusable="false"
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.5"
      viewBox="0 0 16 16"
    >
      <path d={paths[name]} />
    </svg>
  );
}
