import type { FileSettings } from "@/components/cdr-import/use-send-file";
import { checks } from "@/components/ui/use-fields";
import { msg } from "@/server/kernel/words";

const whole = checks.shape(/^\d{1,3}$/, msg("Whole seconds."));

/** What a form of a file asks, by its fields. */
export const settingChecks = {
  file: checks.any,
  format: checks.any,
  source: checks.shape(/^[A-Za-z0-9._-]{1,40}$/, msg("One to forty letters, digits, dots or dashes.")),
  timeZone: checks.filled(msg("The time zone is missing.")),
  currency: checks.optional(checks.shape(/^[A-Z]{3}$/, msg("Three capital letters."))),
  decimals: checks.any,
  dateOrder: checks.any,
  tolerance: checks.optional(whole),
  talkTolerance: checks.optional(whole),
  costTolerance: checks.optional(checks.shape(/^\d{1,6}(\.\d{1,6})?$/, msg("An amount such as 0.001."))),
  partial: checks.any,
  dryRun: checks.any,
} as const;

type Values = Readonly<Record<keyof typeof settingChecks, string>>;

/** The same as the procedure takes it. */
export function readSettings(values: Values): FileSettings {
  const { tolerance, talkTolerance, costTolerance, currency } = values;
  return {
    format: values.format as FileSettings["format"],
    source: values.source,
    timeZone: values.timeZone,
    expectAll: values.partial === "",
    dryRun: values.dryRun !== "",
    ...(currency ? { currency } : {}),
    ...(values.decimals ? { decimals: values.decimals as NonNullable<FileSettings["decimals"]> } : {}),
    ...(values.dateOrder ? { dateOrder: values.dateOrder as NonNullable<FileSettings["dateOrder"]> } : {}),
    ...(tolerance ? { toleranceSeconds: Number(tolerance) } : {}),
    ...(talkTolerance ? { talkToleranceSeconds: Number(talkTolerance) } : {}),
    ...(costTolerance ? { costTolerance } : {}),
  };
}
