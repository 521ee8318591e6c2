import { isIP } from "node:net";

/**
 * What tells one device of a person from another: the browser without its version, and the part of the net it comes from,
 * wide enough (/16, /32) that a new address from the same provider is no new device.
 */
export function deviceOf({ address, userAgent }: Readonly<{ address: string; userAgent: string }>): string {
  const browser = userAgent
    .replace(/[\d._]+/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 300);
  return `${browser}|${netOf(address)}`;
}

function netOf(address: string): string {
  if (isIP(address) === 4) return address.split(".").slice(0, 2).join(".");
  const [first = "", second = ""] = address.toLowerCase().split(":");
  return isIP(address) === 6 ? `${first}:${second}` : "";
}
