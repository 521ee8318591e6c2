import type { Entry } from "./command";

/** The commands about what calls cost: plans, bundles, prices and decks of them. */
export const planCommands: Readonly<Record<string, Entry>> = {
  "plan create": { summary: "make an empty plan", load: async () => (await import("./commands/plans")).planCreate },
  "plan list": { summary: "all plans", load: async () => (await import("./commands/plans")).planList },
  "plan set": {
    summary: "change a plan's name, slice, margin wanted, or the figures of a markup",
    load: async () => (await import("./commands/plans")).planSet,
  },
  "plan cost": {
    summary: "say which plan tells what carriers ask",
    load: async () => (await import("./commands/plan-cost")).planCost,
  },
  "plan assign": {
    summary: "put a tenant on a plan of somebody above it",
    load: async () => (await import("./commands/plan-order")).planAssign,
  },
  "plan unassign": {
    summary: "take a plan away from a tenant",
    load: async () => (await import("./commands/plan-order")).planUnassign,
  },
  "bundle create": {
    summary: "make a bundle of free minutes or calls",
    load: async () => (await import("./commands/bundles")).bundleCreate,
  },
  "bundle give": {
    summary: "give a bundle to a tenant",
    load: async () => (await import("./commands/bundles")).bundleGive,
  },
  "bundle end": {
    summary: "end a tenant's bundle",
    load: async () => (await import("./commands/bundles")).bundleEnd,
  },
  "bundle list": {
    summary: "the bundles for sale, or what a tenant has left of its own",
    load: async () => (await import("./commands/bundles")).bundleList,
  },
  "rate end": {
    summary: "end the price of a prefix, or take a planned one back",
    load: async () => (await import("./commands/rates")).rateEnd,
  },
  "rate set": { summary: "give a prefix a price", load: async () => (await import("./commands/rates")).rateSet },
  "deck import": {
    summary: "read a CSV file of prices into a plan, as a whole or not at all",
    load: async () => (await import("./commands/deck-import")).deckImport,
  },
  "deck export": {
    summary: "write a plan's prices as CSV",
    load: async () => (await import("./commands/decks")).deckExport,
  },
  "deck list": {
    summary: "decks and what each did",
    load: async () => (await import("./commands/decks")).deckList,
  },
  "deck rollback": {
    summary: "take an applied deck back",
    load: async () => (await import("./commands/decks")).deckRollBack,
  },
  price: {
    summary: "what a call would cost, step by step",
    load: async () => (await import("./commands/rates")).price,
  },
};
