import type { Entry } from "./command";

/** The commands about people: how they come in, and what the operator does when they cannot. */
export const peopleCommands: Readonly<Record<string, Entry>> = {
  "user create": {
    summary: "invite a person to a tenant; prints a link that works once",
    load: async () => (await import("./commands/user-create")).userCreate,
  },
  "person reset-factor": {
    summary: "take away every second factor of a person who lost them",
    load: async () => (await import("./commands/people")).personResetFactor,
  },
  "person reset-password": {
    summary: "make a link that sets a person's password once",
    load: async () => (await import("./commands/people")).personResetPassword,
  },
};
