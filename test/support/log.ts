/** A log that discards everything. */
export const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
