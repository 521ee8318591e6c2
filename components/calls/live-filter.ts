import type { LiveCall } from "@/components/api/outputs";

/** The filter of the live calls as it stands in the address: q, state, minutes. */
export type LiveFilter = Readonly<{ text: string; state: "" | "ringing" | "live"; minutes: number }>;

type Source = Readonly<{ get: (name: string) => string | null }>;

/** Reads the filter; what is not understood counts as not given. */
export function readLiveFilter(params: Source): LiveFilter {
  const state = params.get("state");
  const minutes = Number(params.get("minutes"));
  return {
    text: (params.get("q") ?? "").trim().slice(0, 64),
    state: state === "ringing" || state === "live" ? state : "",
    minutes: Number.isInteger(minutes) && minutes > 0 ? minutes : 0,
  };
}

export const isNarrowed = ({ text, state, minutes }: LiveFilter): boolean => text !== "" || state !== "" || minutes > 0;

const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s()/.-]/g, "");

/** Whether a call passes: by its numbers in any written form, its names and its tenant, its state, and how long it lasts. */
export function passes(call: LiveCall, { text, state, minutes }: LiveFilter, now: Date): boolean {
  if (state && call.state !== state) return false;
  if (minutes > 0 && now.getTime() - (call.answeredAt ?? call.startedAt).getTime() < minutes * 60_000) return false;
  if (!text) return true;
  const wanted = plain(text.replace(/^00/, "+"));
  const { extensionNumber, name } = call.from;
  const where = [extensionNumber, name, call.toFormatted, call.fromFormatted ?? "", call.tenantName, call.tenantSlug];
  return where.some((one) => plain(one).includes(wanted));
}

/** Nobody ends an emergency call but the people who speak. */
export const mayBeEnded = (call: LiveCall): boolean => call.kind !== "emergency";
