/** A log that keeps silent. */
export const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
