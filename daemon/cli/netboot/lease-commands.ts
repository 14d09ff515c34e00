/** Who has which address on the networks machines boot from. */
import { type Command, InvalidArgumentError } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { showNetwork } from "./show-leases.ts";

export function leaseCommands(program: Command, { json, client }: Words): void {
  const leases = program
    .command("leases")
    .description("addresses handed out, reserved, declined or in conflict; other DHCP servers seen")
    .addHelpText(
      "after",
      `\nA declined address was given to a machine that found it in use; in conflict is one where somebody answers without a lease. Both are
kept from machines for a while, and then tried again. In proxy mode Muster hands out no address.${examples(
        "muster leases",
        "muster leases --json | jq '.leases[] | select(.state==\"declined\")'",
        "muster leases release 10.77.0.23",
      )}`,
    )
    .action(async () => {
      const network = await client().network();
      print(json(), network, showNetwork(network));
    });
  leases
    .command("release")
    .argument("<address>", "declined or in conflict", ipv4)
    .description("give an address back once whoever sat there without a lease is gone")
    .addHelpText("after", examples("muster leases release 10.77.0.23"))
    .action(async (address: string) => {
      const given = await client().releaseAddress({ address });
      print(json(), given, `${given.message}.`);
    });
}

function ipv4(text: string): string {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    throw new InvalidArgumentError("It is not an address such as 10.77.0.23.");
  return text;
}
