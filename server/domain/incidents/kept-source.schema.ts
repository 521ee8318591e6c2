import { t } from "@/server/kernel/words";

/** Why an address is not banned by a containment, in words, from how `containment_sources` says it. */
export function keptWords(kept: string): string {
  const [kind = "", ...rest] = kept.split(" ");
  const what = rest.join(" ");
  if (kind === "usual") return t("its phones were there before the attack");
  if (kind === "phone") {
    const count = what.split(",").length;
    return t("{count, plural, one {extension {what} uses it} other {extensions {what} use it}}", { count, what });
  }
  if (kind === "extension") return t("the telephone {what} of another tenant is registered there", { what });
  if (kind === "keep") return t("{what} is on the keep-list", { what });
  return kind === "loopback" ? t("it is this machine itself") : t("the trunk {what} is there", { what });
}
