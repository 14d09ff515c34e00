# A model on a ring of nodes with prima.cpp. Each node holds some of the layers and passes its result to the next node.
#
#   nomad job run -var model_path=/opt/models/large.gguf -var node_count=3 primacpp.nomad
#
# The nodes need prima.cpp's llama-server in `bin` and the model at `model_path`. Muster does not install prima.cpp.

variable "job_name" {
  type        = string
  description = "Name of the job."
  default     = "prima-cluster"
}

variable "service_name" {
  type        = string
  description = "Name of the service of the first node, at most 58 characters. The nodes of the ring are SERVICE-ring."
  default     = "prima-master"
  validation {
    condition     = strlen(var.service_name) <= 58 && regex_replace(var.service_name, "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "") == ""
    error_message = "The service name must contain only a-z, 0-9 and dashes, and at most 58 characters."
  }
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
  description = "File of the model on each node."
}

variable "node_count" {
  type        = number
  description = "Number of nodes in the ring."
  default     = 1
}

variable "context" {
  type        = number
  description = "Size of the context in tokens."
  default     = 4096
}

variable "memory_mb" {
  type        = number
  description = "Memory of each node of the ring in MB."
  default     = 2048
}

variable "cpu" {
  type        = number
  description = "Processor share of each node of the ring in MHz."
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
  description = "Folder of the programs of prima.cpp on the nodes."
  default     = "/opt/prima.cpp/bin"
}

job "prima-cluster" {
  id          = var.job_name
  name        = var.job_name
  namespace   = var.namespace
  datacenters = var.datacenters
  type        = "service"

  update {
    max_parallel      = 1
    health_check      = "task_states"
    min_healthy_time  = "10s"
    healthy_deadline  = "10m"
    progress_deadline = "15m"
    auto_revert       = true
  }

  group "ring" {
    count = var.node_count

    constraint {
      operator = "distinct_hosts"
      value    = "true"
    }

    # prima.cpp adds the rank of a node to both ports, so all nodes start with the same numbers.
    network {
      port "data" {
        static = 9000
      }
      port "signal" {
        static = 10000
      }
      port "api" {}
    }

    service {
      name     = "${var.service_name}-ring"
      port     = "data"
      provider = "consul"
      tags     = ["prima", "rank-${NOMAD_ALLOC_INDEX}", "job=${var.job_name}"]
    }

    service {
      name     = var.service_name
      port     = "api"
      provider = "consul"
      tags     = ["expert", "llm", "rank-${NOMAD_ALLOC_INDEX}", "job=${var.job_name}"]
      # Only the first node of the ring answers requests, so the other nodes never pass this check.
      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "3s"
      }
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "10s"
      mode     = "delay"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    task "prima" {
      driver = var.driver
      user   = var.user

      config {
        command = "/bin/sh"
        args    = ["local/start.sh"]
      }

      # The task starts when every node of the ring is in Consul.
      template {
        destination = "local/start.sh"
        change_mode = "noop"
        data        = <<-EOT
          {{- $ring := "${var.service_name}-ring" }}
          {{- $rank := env "NOMAD_ALLOC_INDEX" | parseInt }}
          {{- $next := modulo ${var.node_count} (add $rank 1) }}
          {{- range service (printf "rank-0.%s" $ring) "any" }}
          master={{ .Address }}
          {{- end }}
          {{- range service (printf "rank-%d.%s" $next $ring) "any" }}
          next={{ .Address }}
          {{- end }}
          if [ -z "$master" ] || [ -z "$next" ]; then
            echo "the ring is not complete: Consul does not know rank 0 and rank {{ $next }} of {{ $ring }}" >&2
            exit 1
          fi
          exec "${var.bin}/llama-server" --model "${var.model_path}" --ctx-size ${var.context} \
            --world ${var.node_count} --rank {{ $rank }} --master "$master" --next "$next" \
            --host "{{ env "NOMAD_IP_api" }}" --port "{{ env "NOMAD_PORT_api" }}"
        EOT
      }

      resources {
        cpu    = var.cpu
        memory = var.memory_mb
      }
    }
  }
}
