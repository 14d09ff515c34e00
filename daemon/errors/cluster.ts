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
  MODEL_NOT_FOUND: "List the stored models with `muster model list`. Add one with `muster model add`.",
  MODEL_EXISTS: "Choose another name with --name, or remove the stored model first with `muster model remove`.",
  MODEL_IN_USE: "Stop these jobs first, or remove the model in spite of them with --force.",
  MODEL_NOT_FETCHED: "Check the address and the network. Or download the file by other means, and add the file.",
} as const;
