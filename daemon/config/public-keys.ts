/** Reads public SSH keys as ssh-keygen writes them. The reason for a refusal names what is wrong with the line. Pure. */

const TYPE = /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;
const BODY = /^[A-Za-z0-9+/]{40,}={0,3}$/;
/** The comment is free text, so only the key itself can show that the line was copied from an example. */
const PLACEHOLDER = /example|placeholder|change.?me|your.{0,3}key|\.\.\.|<.*>/i;
const KEY_WORD = /(?:^|\s)(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+\s+AAAA/;

export interface PublicKeys {
  keys: string[];
  faults: { line: number; problem: string }[];
}

/** Empty lines and lines that begin with `#` are skipped. */
export function readPublicKeys(text: string): PublicKeys {
  const read: PublicKeys = { keys: [], faults: [] };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const problem = problemOf(line);
    if (problem === undefined)
      read.keys.push(
        line
          .replaceAll("\t", " ")
          .replace(/^(\S+) +(\S+) */, "$1 $2 ")
          .trim(),
      );
    else read.faults.push({ line: index + 1, problem });
  }
  return read;
}

function problemOf(line: string): string | undefined {
  const [type = "", body = ""] = line.split(/\s+/, 2);
  if (/-----BEGIN|PRIVATE KEY/.test(line)) return "belongs to a private key; name the file that ends with .pub";
  if (/-cert-v01@openssh\.com$/.test(type)) return "is a certificate; name the file with the plain public key";
  if (type === "ssh-dss") return "is a DSA key, which OpenSSH no longer accepts; create a key with ssh-keygen -t ed25519";
  if (!TYPE.test(type))
    return KEY_WORD.test(line)
      ? "has options before the key; options are not taken here, so begin the line with the type of the key"
      : "is not a public SSH key; a line is the type, the key and a comment, as in a file that ends with .pub";
  if (PLACEHOLDER.test(body)) return "has a placeholder in place of the key";
  if (!BODY.test(body) || typeIn(body) !== type)
    return `has no whole key after ${type}; copy the line again from a file that ends with .pub`;
  // The line goes into files of the nodes. A control character could end the line there.
  if (/\{[{%#]|\\$/.test(line))
    return "has {{, {%, {# or a backslash at the end in its comment, which other programs would interpret; remove it";
  return /[\p{Cc}\u2028\u2029]/u.test(line.replaceAll("\t", " ")) ? "has a control character in its comment; remove it" : undefined;
}

/** A key begins with its type: four bytes with the length, then the text. */
function typeIn(body: string): string {
  const bytes = Buffer.from(body, "base64");
  return bytes.length < 4 ? "" : bytes.subarray(4, 4 + bytes.readUInt32BE()).toString("latin1");
}
