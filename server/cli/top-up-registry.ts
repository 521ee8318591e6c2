import type { Entry } from "./command";

/** The commands by which credit comes and goes back: top-ups, alerts, payments and vouchers. */
export const topUpCommands: Readonly<Record<string, Entry>> = {
  topup: { summary: "add credit to a tenant's wallet", load: async () => (await import("./commands/money")).topup },
  "topup ask": {
    summary: "say that a tenant paid by bank; the one above it agrees",
    load: async () => (await import("./commands/top-up-approvals")).topupAsk,
  },
  "topup pending": {
    summary: "top-ups that wait for a second person",
    load: async () => (await import("./commands/top-up-approvals")).topupPending,
  },
  "topup approve": {
    summary: "post a top-up that waits",
    load: async () => (await import("./commands/top-up-approvals")).topupApprove,
  },
  "topup reject": {
    summary: "let a top-up that waits go",
    load: async () => (await import("./commands/top-up-approvals")).topupReject,
  },
  "topup auto": {
    summary: "charge a saved card by itself when credit gets low",
    load: async () => (await import("./commands/auto-top-up")).topupAuto,
  },
  "topup resume": {
    summary: "let automatic top-ups go on after a pause",
    load: async () => (await import("./commands/auto-top-up")).topupResume,
  },
  "topup stop": {
    summary: "stop automatic top-ups",
    load: async () => (await import("./commands/auto-top-up")).topupStop,
  },
  "alert set": {
    summary: "tell a tenant's owners when credit is low",
    load: async () => (await import("./commands/alerts")).alertSet,
  },
  "alert show": {
    summary: "when a tenant's owners are told",
    load: async () => (await import("./commands/alerts")).alertShow,
  },
  "payment list": {
    summary: "a tenant's payments by card",
    load: async () => (await import("./commands/payments")).paymentList,
  },
  "payment refund": {
    summary: "give a payment back to its card",
    load: async () => (await import("./commands/payments")).paymentRefund,
  },
  "voucher create": {
    summary: "make codes that are worth credit; prints them this once",
    load: async () => (await import("./commands/vouchers")).voucherCreate,
  },
  "voucher list": {
    summary: "a seller's batches of codes",
    load: async () => (await import("./commands/vouchers")).voucherList,
  },
  "voucher redeem": {
    summary: "use a code up for a tenant's wallet",
    load: async () => (await import("./commands/vouchers")).voucherRedeem,
  },
  "voucher revoke": {
    summary: "make the unused codes of a batch worthless",
    load: async () => (await import("./commands/vouchers")).voucherRevoke,
  },
};
