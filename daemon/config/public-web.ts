/** A web address that every viewer of the page may see. */
import * as z from "zod";

export const PublicWeb = z
  .url({ protocol: /^https?$/ })
  .refine(hasNoLogin, "must not hold a user name or a password, because every viewer sees it")
  .transform((url) => url.replace(/\/+$/, ""));

function hasNoLogin(text: string): boolean {
  const { username = "", password = "" } = URL.parse(text) ?? {};
  return username === "" && password === "";
}
