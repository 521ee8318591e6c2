import { t } from "@/server/kernel/words";

/** Where an address is, as far as it can be known without asking anybody. */
export function placeText(address: string): string {
  if (address === "") return t("unknown address");
  if (/^127\.|^::1$/.test(address)) return t("{address}, this machine", { address });
  const inside = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:)/i;
  return inside.test(address) ? t("{address}, a private network", { address }) : address;
}
