/**
 * Computes the SHA-256 of a text as hexadecimal. WebCrypto cannot be used, because browsers offer it only over https, and
 * Muster uses http in a LAN.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));
