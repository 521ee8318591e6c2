/** As long as a slow machine with much to do may take to answer a call: how soon it does, the bench says. */
export const PATIENT = { CALL_PATIENCE: "45" };
