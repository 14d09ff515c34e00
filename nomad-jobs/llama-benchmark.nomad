# Measures the speed of a model on a node with llama-bench. The result is JSON in the log of the task.
#
#   nomad job run -var model_url=http://control:8080/models/small.gguf -var sha256=... llama-benchmark.nomad

variable "job_name" {
  type        = string
  description = "Name of the job."
  default     = "llama-benchmark"
}

variable "namespace" {
  type        = string
  description = "Namespace of Nomad."
  default     = "default"
}

variable "datacenters" {
  type        = list(string)
  description = "Datacenters in which the job may run."
  default     = ["*"]
}

variable "model_path" {
  type        = string
  description = "File of the model on the node. With an empty path, the node fetches model_url."
  default     = ""
}

variable "model_url" {
  type        = string
  description = "Address of the model. Not used if model_path is set."
  default     = ""
}

variable "sha256" {
  type        = string
  description = "SHA-256 of the model at model_url."
  default     = ""
}

variable "node" {
  type        = string
  description = "Name of the node to measure. With an empty name, Nomad chooses a node."
  default     = ""
}

variable "prompt_tokens" {
  type        = number
  description = "Number of tokens of the prompt."
  default     = 512
}

variable "generated_tokens" {
  type        = number
  description = "Number of generated tokens."
  default     = 512
}

variable "memory_mb" {
  type        = number
  description = "Memory of the task in MB."
  default     = 2048
}

variable "cpu" {
  type        = number
  description = "Processor share in MHz."
  default     = 1000
}

variable "driver" {
  type        = string
  description = "Task driver: exec isolates the program and runs it as an unprivileged user."
  default     = "exec"
}

variable "user" {
  type        = string
  description = "User of the program."
  default     = "nobody"
}

variable "bin" {
  type        = string
  description = "Folder of the programs of llama.cpp on the nodes."
  default     = "/opt/muster/llama.cpp/bin"
}

job "llama-benchmark" {
  id          = var.job_name
  name        = var.job_name
  namespace   = var.namespace
  datacenters = var.datacenters
  type        = "batch"

  constraint {
    attribute = "${meta.llama_cpp_build}"
    operator  = "is_set"
  }

  dynamic "constraint" {
    for_each = var.node == "" ? [] : [var.node]
    content {
      attribute = "${node.unique.name}"
      value     = constraint.value
    }
  }

  group "bench" {
    # A measurement that failed is not repeated: a slower second one would look like a result.
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    ephemeral_disk {
      size = 10000
    }

    task "bench" {
      driver = var.driver
      user   = var.user

      config {
        command = "${var.bin}/llama-bench"
        args = [
          "--model", var.model_path == "" ? "local/model.gguf" : var.model_path,
          "--n-prompt", format("%d", var.prompt_tokens),
          "--n-gen", format("%d", var.generated_tokens),
          "--output", "json",
        ]
      }

      dynamic "artifact" {
        for_each = var.model_path == "" ? [var.model_url] : []
        content {
          source      = artifact.value
          destination = "local/model.gguf"
          mode        = "file"
          options {
            checksum = "sha256:${var.sha256}"
            archive  = "false"
          }
        }
      }

      resources {
        cpu    = var.cpu
        memory = var.memory_mb
      }
    }
  }
}
