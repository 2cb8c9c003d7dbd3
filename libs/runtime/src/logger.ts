import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

/** Injection token of the service's {@link Logger}. */
export const LOGGER = Symbol('LOGGER');

/** The service's logger: pretty on a terminal, JSON lines (one object a line, `time` in RFC 3339) otherwise. */
export function createLogger(options: { name: string; level: string; format: 'auto' | 'pretty' | 'json' }): Logger {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY === true);
  const settings = {
    level: options.level,
    base: { service: options.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['req.headers["x-api-key"]', 'req.headers.authorization', 'req.headers.cookie'], remove: true },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!pretty) return pino(settings);
  return pino(
    settings,
    PinoPretty({
      colorize: process.stdout.isTTY === true && !process.env['NO_COLOR'],
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname,service,context',
      messageFormat: `{service} {msg}`,
      sync: true,
    }),
  );
}

export type { Logger } from 'pino';
