/** Defines the routes that list the leases and release an address that netboot set aside after a conflict. */
import { routes } from "../../contract/routes.ts";
import { type ReleasePorts, releaseAddress } from "../../netboot/dhcp/release-address.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface LeasesApi extends ReleasePorts {
  byHand: RequesterOf;
}

export function leasesApi(mount: Mount, { byHand, ...ports }: LeasesApi): void {
  mount(routes.network, () => ports.network());

  mount(routes.releaseAddress, async ({ address }, context) => ({
    address,
    message: await releaseAddress(ports, { address }, byHand(context)),
  }));
}
