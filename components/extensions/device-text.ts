import { t } from "@/server/kernel/words";

/** A phone's user agent as a person would say it: "Linphone 5.2", not the whole string with its build. */
export function deviceText(userAgent: string | null | undefined): string {
  const text = (userAgent ?? "").trim();
  if (!text) return t("Unknown device");
  const app = /^([A-Za-z][A-Za-z0-9 .-]*?)[\s/_-]v?(\d+(?:\.\d+){0,2})/.exec(text);
  const name = app?.[1]?.trim();
  return name && app?.[2] ? `${name} ${app[2]}` : text.slice(0, 40);
}
