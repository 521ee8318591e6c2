import { t } from "@/server/kernel/words";

/** Whether a tenant may call: a mark, a word and a colour. */
export function TenantState({ state }: Readonly<{ state: string }>) {
  const active = state === "active";
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${active ? "text-ok" : "text-bad"}`}>
      <svg aria-hidden="true" className="size-3" viewBox="0 0 12 12">
        {active ? (
          <circle cx="6" cy="6" fill="currentColor" r="4.5" />
        ) : (
          <path
            d="M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM3 9l6-6"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
          />
        )}
      </svg>
      {active ? t("tenant|Active") : state === "suspended" ? t("tenant|Suspended") : state}
    </span>
  );
}
