import type { Vendor } from "@/server/domain/provisioning/connect.schema";

/** What a desk phone asks for: its own settings, or those that all of a model have in common. */
export type DeskFile = Readonly<{ vendor: Vendor; mac: string | null }>;

const forms: readonly (readonly [RegExp, Vendor])[] = [
  // Yealink asks for y000000000000.cfg, with the digits of its model, and then for its own.
  [/^y\d{12}\.(?:cfg|boot)$/i, "yealink"],
  [/^(?<mac>[0-9a-f]{12})\.cfg$/i, "yealink"],
  [/^cfg(?<mac>[0-9a-f]{12})\.xml$/i, "grandstream"],
  [/^cfg\.xml$/i, "grandstream"],
  [/^snom[a-z0-9]{1,12}-(?<mac>[0-9a-f]{12})\.(?:htm|xml)$/i, "snom"],
  [/^(?<mac>[0-9a-f]{12})\.xml$/i, "snom"],
  [/^snom[a-z0-9]{1,12}\.(?:htm|xml)$/i, "snom"],
];

/** Reads the name of a file as the three makers' phones ask for it; undefined for one that there never is. */
export function deskFileOf(name: string): DeskFile | undefined {
  for (const [form, vendor] of forms) {
    const match = form.exec(name);
    if (match) return { vendor, mac: match.groups?.["mac"]?.toLowerCase() ?? null };
  }
  return undefined;
}
