/** The codes of the DHCP options that this server reads or writes. The names are from RFC 2132 and later RFCs. */
export const Option = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  ntpServers: 42,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maxMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  /** RFC 3004 defines a length byte before the value, but iPXE sends only the text. */
  userClass: 77,
  relayAgentInformation: 82,
  /** RFC 4578. */
  clientArchitecture: 93,
  clientNetworkInterface: 94,
  clientMachineIdentifier: 97,
  /** RFC 8925. */
  ipv6OnlyPreferred: 108,
  /** RFC 3011. */
  subnetSelection: 118,
  /** RFC 3397. */
  domainSearch: 119,
  /** RFC 3442. */
  classlessRoutes: 121,
  /** iPXE's own encapsulated options. */
  etherboot: 175,
  end: 255,
} as const;

export const MessageType = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;

/** The codes of the suboptions in option 43 (PXE 2.1 §2.2.2). */
export const PxeOption = { discoveryControl: 6, bootItem: 71, end: 255 } as const;

/** The codes of the suboptions in option 175. A feature suboption states that this iPXE has the feature. */
export const EtherbootOption = { http: 0x13, bzImage: 0x18, efi: 0x24, noPxeDhcp: 176 } as const;
