"""Takes out what looks like a secret before output is stored. The patterns are data, shared with redact.ts."""
import json
import os
import re

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "patterns.json")) as file:
    PATTERNS = [
        (
            re.compile(each["pattern"].encode("ascii"), re.IGNORECASE if each.get("ignoreCase") else 0),
            br"\1[redacted]" if each.get("keepsFirstGroup") else b"[redacted]",
        )
        for each in json.load(file)
    ]
# Nearly all output has none of these, and then nothing else is looked for.
TELLING = re.compile(
    br"mk_|mt_|sk-|sk_|gh[pousr]_|github_|glpat-|xox|xapp-|npm_|hvs\.|AKIA|AIza|ASIA|eyJ|hooks\.|://|-----BEGIN"
    br"|muster_session|authorization|bearer|passw|passphrase|_pass|token|secret|[_-]key|apikey|accesskey|privatekey",
    re.IGNORECASE,
)
KEY_BEGIN = re.compile(br"-----BEGIN [A-Z ]*PRIVATE KEY-----")
KEY_END = re.compile(br"-----END [A-Z ]*PRIVATE KEY-----")
LONGEST_KEY = 16 * 1024
LONGEST_LINE = 64 * 1024


def known_forms():
    """The spellings of the secrets that the executor gave to this run, the longest first. They may look like any word."""
    path = os.environ.get("MUSTER_SECRET_FORMS")
    if not path:
        return []
    with open(path) as file:
        return sorted((form.encode("utf-8") for form in json.load(file)), key=len, reverse=True)


KNOWN = known_forms()


def redact(text):
    for form in KNOWN:
        text = text.replace(form, b"[redacted]")
    if not TELLING.search(text):
        return text
    for secret, shown in PATTERNS:
        text = secret.sub(shown, text)
    return text


class SecretFilter(object):
    """For output that comes in pieces: what may be half of a secret waits for the rest."""

    def __init__(self):
        self.held = b""

    def feed(self, chunk):
        self.held += chunk
        length = self.judged()
        out, self.held = redact(self.held[:length]), self.held[length:]
        return out

    def judged(self):
        """Whole lines, and no private key without its end."""
        length = self.held.rfind(b"\n") + 1
        if length == 0 and len(self.held) > LONGEST_LINE:
            length = len(self.held) - LONGEST_KEY
        begin = None
        for begin in KEY_BEGIN.finditer(self.held):
            pass
        if begin is None or KEY_END.search(self.held, begin.end()) or len(self.held) - begin.start() > LONGEST_KEY:
            return length
        return min(length, begin.start())

    def end(self):
        out, self.held = redact(self.held), b""
        return out
