import type { SqlMutation } from "@/test/proof/mutations/mutation";

const CHAIN = "a call from outside is held and charged at every level that has a price for it, and at no other";
const AGAIN = "a call from outside that is over is not let through again, nor one to another number by its id";
const BACK = "who called for help is called back to the end, and pays for what was held and no more";

/** Calls from outside. */
export const receiving: readonly SqlMutation[] = [
  {
    of: "call_place",
    name: "nobody looks whether a reseller gives calls from outside away",
    loses: "the reseller: what they cost it",
    find: "IF r.id IS NULL AND p_direction = 'in' THEN above := above + 1; CONTINUE; END IF;",
    replace: "IF r.id IS NULL AND p_direction = 'in' THEN CONTINUE; END IF;",
    caughtBy: CHAIN,
  },
  {
    of: "call_place",
    name: "a bundle for calling a group of numbers pays for being called on one",
    loses: "the tenant: minutes it bought for something else",
    find: "IF p_direction = 'out' AND bundled[i] THEN h := hold_bundled",
    replace: "IF bundled[i] THEN h := hold_bundled",
    caughtBy: CHAIN,
  },
  {
    of: "call_authorise_inbound",
    name: "a call from outside costs what a call to that number costs",
    loses: "the difference of two prices",
    find: "RETURN call_place(c, t, x, 'in',",
    replace: "RETURN call_place(c, t, x, 'out',",
    caughtBy: CHAIN,
  },
  {
    of: "call_authorise_inbound",
    name: "a suspended tenant goes on receiving what it would have to pay for",
    loses: "everybody above it",
    find: "IF paid AND t.kind <> 'operator' AND NOT helped THEN",
    replace: "IF false THEN",
    caughtBy: "a suspended tenant receives what it does not pay for, and nothing else",
  },
  {
    of: "call_renew",
    name: "who called for help is cut off when called back",
    loses: "a life, at worst",
    find: "IF why IS NOT NULL AND call_helps(c) THEN",
    replace: "IF false THEN",
    caughtBy: BACK,
  },
  {
    of: "call_settle",
    name: "what nobody was to pay of a call back is charged at its end",
    loses: "the tenant: whatever was talked after its money was gone",
    find: "seconds := least(seconds, h.paid_seconds);",
    replace: "",
    caughtBy: BACK,
  },
  {
    of: "call_inbound_again",
    name: "a call from outside that is over is let through when asked for again",
    loses: "a whole call, which nothing is held for",
    find: "IF c.state = 'ended' THEN RETURN (c.id, c.tenant_id, 'refuse', coalesce(c.reason, 'SYS-01'), 0, '', '')::call_verdict; END IF;",
    replace: "",
    caughtBy: AGAIN,
  },
  {
    of: "call_inbound_again",
    name: "the hold of a call to one number lets one to another number through",
    loses: "a whole call, which nothing is held for",
    find: "c.kind <> 'inbound' OR c.dialled <> p_did",
    replace: "false",
    caughtBy: AGAIN,
  },
  {
    of: "call_place",
    name: "calls from outside that nobody pays for may be any number at once",
    loses: "the channels of everybody",
    find: "IF NOT (room ->> 'ok')::boolean THEN RETURN call_refuse(c, 'LIM-01'); END IF;\n      INSERT",
    replace: "INSERT",
    caughtBy: "a call from outside is one of so many at once, also where nobody pays for it",
  },
];
