import { banFilterSchema, banPreviewSchema, placeBanSchema } from "@/server/domain/bans/ban.schema";
import { findBan, listBans } from "@/server/domain/bans/ban-list";
import { liftBan, placeBans } from "@/server/domain/bans/bans";
import { check, checkCount } from "../check";
import { BadInput, type Command } from "../command";

const scope = { value: "sip|web", about: "sip: the PBX; web: the portal", fallback: "sip" } as const;
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** "90s", "15m", "2h" or "7d" in seconds. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new BadInput("--for: a duration such as 90s, 15m, 2h or 7d.");
  return Number(count) * (units[unit] ?? 1);
}

export const banList: Command = {
  summary: "Bans, the newest first.",
  options: {
    show: { value: "active|ended", about: "what holds now, or what is over", fallback: "active" },
    scope: { value: "sip|web", about: "only bans of the PBX, or of the portal" },
    text: { value: "192.0.2.7", about: "the bans that an address is under, or a part of a reason" },
    limit: { value: "100", about: "how many", fallback: "100" },
  },
  run: async (desk, given) => {
    const limit = Math.min(checkCount("limit", given.text("limit"), 100), 1_000);
    const typed = { show: given.text("show"), scope: given.text("scope"), text: given.text("text") };
    const filter = check(banFilterSchema, typed);
    const operator = await desk.operator();
    const { items } = await desk.read(operator, (tx) => listBans(tx, operator, { ...filter, limit }));
    return {
      value: items.map(
        ({ network, scope: of, reason, source, by, owners, createdAt, expiresAt, liftedAt, hits, timesBefore }) => ({
          network,
          scope: of,
          reason,
          source,
          by,
          owners,
          createdAt,
          expiresAt,
          liftedAt,
          hits,
          timesBefore,
        }),
      ),
    };
  },
};

export const banAdd: Command = {
  summary: "Bans an address or a network; a ban that holds already is prolonged, never shortened.",
  words: ["network"],
  options: {
    scope: { value: "sip|web|all", about: "sip: the PBX; web: the portal; all: both", fallback: "sip" },
    reason: { value: "text", about: "why", required: true },
    for: { value: "2h", about: "how long: 90s, 15m, 2h, 7d; without it 5 minutes, doubled with each repetition" },
    "cut-off": { about: "also when telephones, trunks or people work from there" },
  },
  run: async (desk, given) => {
    const typed = {
      network: given.word(0),
      scope: given.text("scope"),
      reason: given.must("reason"),
      seconds: secondsOf(given.text("for")),
      cutOff: given.flag("cut-off"),
    };
    const asked = check(placeBanSchema, typed, { seconds: "for", cutOff: "cut-off" });
    const operator = await desk.operator();
    const placed = await desk.change(operator, "ban.place", async (tx) => {
      const result = await placeBans(tx, { ...asked, source: { kind: "person", id: desk.actorName } });
      const { network, reason, cutOff } = asked;
      const [bans, until] = [result.ids.join(" "), result.expiresAt.toISOString()];
      const after = { network, scope: asked.scope, reason, cutOff, expiresAt: until, bans };
      return { subject: `ban:${result.id}`, after, result };
    });
    await desk.publish(operator, ["bans", "audit"]);
    const { expiresAt, placed: isNew, prolonged } = placed;
    const value = { network: asked.network, scope: asked.scope, expiresAt, placed: isNew, prolonged };
    return {
      value,
      say: `${asked.network} is banned for ${asked.scope === "all" ? "sip and web" : asked.scope} until ${expiresAt.toISOString()}.`,
    };
  },
};

export const banLift: Command = {
  summary: "Ends a ban before its time.",
  words: ["network"],
  options: { scope },
  run: async (desk, given) => {
    const which = check(banPreviewSchema, { network: given.word(0), scope: given.text("scope") });
    const operator = await desk.operator();
    const lifted = await desk.change(operator, "ban.lift", async (tx) => {
      const banId = await findBan(tx, operator, which);
      const { ban, lifted: result } = await liftBan(tx, { banId, by: desk.actorName });
      const { network, scope: of, reason } = ban;
      return { subject: `ban:${banId}`, before: { network, scope: of, reason }, after: { lifted: result }, result };
    });
    await desk.publish(operator, ["bans", "audit"]);
    return { value: { ...which, lifted }, say: `${which.network} is not banned for ${which.scope} any more.` };
  },
};
