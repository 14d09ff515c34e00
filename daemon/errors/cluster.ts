/** The error codes and hints of the area `cluster`: what Consul and Nomad answer, and what is wrong with a model. */
export const clusterHints = {
  CLUSTER_UNREACHABLE: "Check the address and the TLS files in the section `cluster` of muster.yaml, and that the agent runs.",
  CLUSTER_NO_LEADER: "Wait for an election. If none succeeds, start the missing servers: most of them must run.",
  CLUSTER_FORBIDDEN: "Write a token with the missing permission into the file that is named.",
  CLUSTER_NOT_FOUND: "Check the name and the namespace. The object may have been removed in the meantime.",
  CLUSTER_CONFLICT: "The object changed in the meantime. Propose the change again from the present state.",
  CLUSTER_REFUSED: "Correct what the answer names and try again.",
  CLUSTER_UNREADABLE: "Check that the address in the section `cluster` of muster.yaml belongs to that service.",
  MODEL_INVALID: "Use a complete GGUF file of a language model. Compare its SHA-256 with the one that its publisher names.",
} as const;
