/** What a new tenant is allowed at most, by the kind of house it is; each figure can be changed later. */
export const limitPresets = {
  starter: { maxCalls: 3, maxCallsPerMinute: 20 },
  office: { maxCalls: 20, maxCallsPerMinute: 120 },
  call_centre: { maxCalls: 100, maxCallsPerMinute: 600 },
} as const;
export type LimitPreset = keyof typeof limitPresets;

/** Whether a text of a form names one of them. */
export const isLimitPreset = (text: string): text is LimitPreset => Object.hasOwn(limitPresets, text);
