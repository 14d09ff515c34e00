/** Recognizes symptoms in the messages of failed work, so that an alert can name a runbook. Pure. */

/** The messages come from Ansible, SSH, the kernel and systemd. */
const signs: readonly { symptom: string; sign: RegExp }[] = [
  { symptom: "full-disk", sign: /no space left on device|disk quota exceeded|not enough (free )?(disk )?space|disk is full/i },
  { symptom: "out-of-memory", sign: /out of memory|cannot allocate memory|oom[- ]?kill|MemoryError/i },
  { symptom: "failing-disk", sign: /input\/output error|\bi\/o error|medium error|read-only file system|bad sector/i },
  { symptom: "time-skew", sign: /clock skew|not (yet )?valid (yet|until)|certificate is not yet valid/i },
  { symptom: "package-trouble", sign: /\bdpkg\b|\bapt(-get)?\b|unmet dependencies|broken packages|failed to fetch/i },
  { symptom: "failed-service", sign: /unable to (re)?start service|job for \S+ failed|failed to start|unit \S+ (has )?failed/i },
  { symptom: "hot", sign: /temperature above threshold|thermal shutdown|overheat/i },
  { symptom: "unreachable", sign: /unreachable|no route to host|connection (timed out|refused|reset)|host is down/i },
  { symptom: "network-errors", sign: /no network|name resolution|could not resolve|link is down|packet loss/i },
  { symptom: "permission_failure", sign: /permission denied|authentication fail|access denied|not permitted/i },
];

/** The symptoms that `symptomsIn` can return. */
export const recognizedSymptoms: readonly string[] = signs.map(({ symptom }) => symptom);

/** A sign at the end of a message is often the cause, so the whole text counts. The order is the order of `signs`. */
export const symptomsIn = (text: string): string[] => signs.filter(({ sign }) => sign.test(text)).map(({ symptom }) => symptom);
