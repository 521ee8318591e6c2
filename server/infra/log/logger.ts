import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";

import { redact, redactText } from "@/server/infra/log/redact";

type Write = (fields: Readonly<Record<string, unknown>> | Error | string, message?: string) => void;

export type Logger = Readonly<{
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  fatal: Write;
  /** A logger whose every line also carries these fields. */
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}>;

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/**
 * JSON lines on standard output. Every object and every message passes the redaction on its way in, whatever its shape:
 * a list of paths would miss the field that is added next year.
 */
export function createLogger(
  options: Readonly<{ name: string; level?: LogLevel; destination?: DestinationStream }>,
): Logger {
  const settings = {
    level: options.level ?? "info",
    base: { name: options.name, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(options.destination ? pino(settings, options.destination) : pino(settings));
}

function wrap(inner: PinoLogger): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error" | "fatal"): Write =>
    (fields, message) => {
      if (!inner.isLevelEnabled(level)) return;
      if (typeof fields === "string") return inner[level](redactText(fields));
      const safe = redact(fields instanceof Error ? { error: fields } : fields) as Record<string, unknown>;
      inner[level](safe, message === undefined ? undefined : redactText(message));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    fatal: at("fatal"),
    child: (bindings) => wrap(inner.child(redact(bindings) as Record<string, unknown>)),
  };
}

/** For tests and for code whose caller did not ask for a log. */
export const silentLogger: Logger = createLogger({ name: "silent", level: "silent" });
