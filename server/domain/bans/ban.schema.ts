import { z } from "zod";

import { formatNetwork, parseNetwork } from "@/server/domain/bans/network.rules";

export const banScopes = ["sip", "web"] as const;
export type BanScope = (typeof banScopes)[number];
/** What a ban is asked for: one of them, or all of them in one act. */
export const banReaches = [...banScopes, "all"] as const;
export type BanReach = (typeof banReaches)[number];
/** What such a ban is placed for, each with a ban of its own. */
export const scopesOf = (reach: BanReach): readonly BanScope[] => (reach === "all" ? banScopes : [reach]);

const DAY_S = 86_400;
/** The shortest and the longest ban that a person may place, in seconds. */
export const banSeconds = { least: 30, most: 365 * DAY_S } as const;
/** A wider network is no sender: it is a part of the world. */
export const widestBan = { 4: 16, 6: 32 } as const;

/** An address, or a network without host bits, as it is stored. `widest`: the shortest prefix by family. */
export const networkField = (widest: Readonly<Record<4 | 6, number>>) =>
  z
    .string()
    .trim()
    .max(60)
    .transform((text, context) => {
      const network = parseNetwork(text);
      if (typeof network === "string") context.issues.push({ code: "custom", input: text, message: network });
      else if (network.prefix < widest[network.family]) {
        const message = `/${network.prefix} is too wide: at least /${widest[network.family]} is needed.`;
        context.issues.push({ code: "custom", input: text, message });
      } else return formatNetwork(network);
      return z.NEVER;
    });

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `At most ${most} characters.`)
    .regex(/^\P{Cc}*$/u, "No line breaks or other control characters.");

export const banId = z.uuid();
export const banNetwork = networkField(widestBan);

export const banFilterSchema = z.object({
  /** What holds now, or what is over. */
  show: z.enum(["active", "ended"]).default("active"),
  scope: z.enum(banScopes).optional(),
  /** An address, for the bans that it is under; or a part of a reason. */
  text: z.string().trim().max(100).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,20}_[0-9a-f-]{36}$/)
    .nullish(),
});
export type BanFilter = z.infer<typeof banFilterSchema> & { readonly limit?: number };

export const banPreviewSchema = z.object({ network: banNetwork, scope: z.enum(banScopes) });

export const placeBanSchema = banPreviewSchema.extend({
  scope: z.enum(banReaches),
  reason: line(200).min(1, "Say why: who finds it next month was not there."),
  /** Left out: the first duration, doubled for each ban of the same network in the last seven days. */
  seconds: z.number().int().min(banSeconds.least).max(banSeconds.most).optional(),
  /** Says that what works there is to be cut off. */
  cutOff: z.boolean().default(false),
});

export const liftBanSchema = z.object({ banId });

/** One address, as the list of one's own bans names it: an IPv6 sender is its /64. */
export const ownBanSchema = z.object({ sender: networkField({ 4: 32, 6: 64 }) });

export const keepSchema = z.object({ network: networkField({ 4: 8, 6: 16 }), note: line(200).default("") });
export const dropKeepSchema = z.object({ network: networkField({ 4: 8, 6: 16 }) });

export const banSettingSchema = z
  .object({
    scope: z.enum(banScopes),
    automatic: z.boolean(),
    failures: z.number().int().min(2).max(10_000),
    windowSeconds: z.number().int().min(60).max(DAY_S),
    firstSeconds: z.number().int().min(banSeconds.least).max(DAY_S),
    longestSeconds: z
      .number()
      .int()
      .min(banSeconds.least)
      .max(30 * DAY_S),
  })
  .refine(({ firstSeconds, longestSeconds }) => longestSeconds >= firstSeconds, {
    path: ["longestSeconds"],
    message: "The longest ban cannot be shorter than the first.",
  });
export type BanSetting = z.infer<typeof banSettingSchema>;
