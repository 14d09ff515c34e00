/** Defines `muster leases`, which lists and releases addresses on the boot networks. */
import { type Command, InvalidArgumentError } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { showNetwork } from "./show-leases.ts";

export function leaseCommands(program: Command, { json, client }: Words): void {
  const leases = program
    .command("leases")
    .description("list leased, reserved, declined and conflicting addresses, and other DHCP servers on the network")
    .addHelpText(
      "after",
      `\nAn address is declined when a machine found it in use. It is in conflict when a host without a lease answers at it.
Both are not handed out for a while, and then tried again. In proxy mode, Muster hands out no addresses.\n${examples(
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
    .argument("<address>", "address in the state `declined` or `conflict`", ipv4)
    .description("make an address available again if no device without a lease uses the address any more")
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
