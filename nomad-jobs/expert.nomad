# An expert: a large language model with a service of its own, spread over a head and RPC workers.
#
#   nomad job run -var job_name=expert-code -var service_name=expert-code -var 'model_list=[{...}]' expert.nomad
#
# `muster model plan` computes the variables of the workers. The nodes need the Ansible role `llama_cpp`.

variable "job_name" {
  type        = string
  description = "Name of the job. Each expert has its own."
}

variable "service_name" {
  type        = string
  description = "Name of the service in Consul, at most 56 characters. The workers are SERVICE-worker."
  validation {
    condition     = strlen(var.service_name) <= 56 && regex_replace(var.service_name, "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "") == ""
    error_message = "The service name must contain only a-z, 0-9 and dashes, and at most 56 characters."
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

variable "model_list" {
  type = list(object({
    name      = string
    url       = string
    sha256    = string
    memory_mb = number
  }))
  description = "The models, in the order of preference. The head uses the first model that becomes healthy."
  validation {
    condition     = length(var.model_list) > 0
    error_message = "The model list must contain a model. Run `muster model list` to see the stored models."
  }
}

variable "worker_count" {
  type        = number
  description = "Number of RPC workers. With 0, the head runs the model alone."
  default     = 0
}

variable "worker_memory_mb" {
  type        = number
  description = "Memory of each worker in MB. `muster model plan` computes it."
  default     = 1024
}

variable "head_memory_mb" {
  type        = number
  description = "Memory of the head in MB. With 0, it is the largest memory_mb of the model list."
  default     = 0
}

variable "offload" {
  type        = number
  description = "Number of layers on the workers. The output counts as a layer. `muster model plan` computes it."
  default     = 99
}

variable "split" {
  type        = list(number)
  description = "Layers of each worker. With an empty list, the workers share by their free memory."
  default     = []
}

variable "context" {
  type        = number
  description = "Size of the context in tokens."
  default     = 4096
}

variable "cpu" {
  type        = number
  description = "Processor share of the head and of each worker in MHz."
  default     = 1000
}

variable "consul_http_addr" {
  type        = string
  description = "Address of the Consul agent of each node."
  default     = "http://127.0.0.1:8500"
}

variable "driver" {
  type        = string
  description = "Task driver: exec isolates the programs and runs them as an unprivileged user."
  default     = "exec"
}

variable "user" {
  type        = string
  description = "User of the programs."
  default     = "nobody"
}

variable "bin" {
  type        = string
  description = "Folder of the programs of llama.cpp on the nodes."
  default     = "/opt/muster/llama.cpp/bin"
}

job "expert" {
  id          = var.job_name
  name        = var.job_name
  namespace   = var.namespace
  datacenters = var.datacenters
  type        = "service"

  constraint {
    attribute = "${meta.llama_cpp_build}"
    operator  = "is_set"
  }

  update {
    max_parallel      = 1
    health_check      = "checks"
    min_healthy_time  = "10s"
    healthy_deadline  = "10m"
    progress_deadline = "15m"
    auto_revert       = true
  }

  group "head" {
    count = 1

    network {
      port "api" {}
    }

    service {
      name     = var.service_name
      port     = "api"
      provider = "consul"
      tags     = ["expert", "llm", "job=${var.job_name}", "model=${var.model_list[0].name}"]
      meta {
        job   = var.job_name
        build = "${meta.llama_cpp_build}"
      }
      check {
        type     = "http"
        path     = "/health"
        interval = "5s"
        timeout  = "3s"
      }
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "5s"
      mode     = "delay"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    ephemeral_disk {
      sticky = true
      size   = 10000
    }

    task "head" {
      driver       = var.driver
      user         = var.user
      kill_timeout = "15s"

      env {
        CONSUL_HTTP_ADDR = var.consul_http_addr
      }

      config {
        command = "/usr/bin/python3"
        args = [
          "${var.bin}/muster-model-head",
          "--job", var.job_name,
          "--models", "${NOMAD_TASK_DIR}/models.json",
          "--worker-service", "${var.service_name}-worker",
          "--workers", format("%d", var.worker_count),
          "--host", "${NOMAD_IP_api}",
          "--port", "${NOMAD_PORT_api}",
          "--context", format("%d", var.context),
          "--offload", format("%d", var.offload),
          "--split", join(",", [for part in var.split : format("%d", part)]),
          "--bin", var.bin,
        ]
      }

      dynamic "artifact" {
        for_each = var.model_list
        content {
          source      = artifact.value.url
          destination = "local/models/${artifact.value.name}.gguf"
          mode        = "file"
          options {
            checksum = "sha256:${artifact.value.sha256}"
            archive  = "false"
          }
        }
      }

      template {
        destination = "local/models.json"
        data        = jsonencode([for model in var.model_list : { name = model.name, file = "local/models/${model.name}.gguf" }])
      }

      # If Consul needs a token, put it into the variable nomad/jobs/JOB as consul_token.
      template {
        destination = "secrets/consul.env"
        env         = true
        data        = <<-EOT
          {{ $path := printf "nomad/jobs/%s" (env "NOMAD_JOB_ID") }}
          {{ if nomadVarExists $path }}{{ with nomadVar $path }}{{ with .consul_token }}CONSUL_HTTP_TOKEN={{ . }}{{ end }}{{ end }}{{ end }}
        EOT
      }

      resources {
        cpu    = var.cpu
        memory = var.head_memory_mb > 0 ? var.head_memory_mb : max([for model in var.model_list : model.memory_mb]...)
      }
    }
  }

  group "worker" {
    count = var.worker_count

    # One worker on each node, so that the memory of several old machines adds up.
    constraint {
      operator = "distinct_hosts"
      value    = "true"
    }

    network {
      port "rpc" {}
    }

    service {
      name     = "${var.service_name}-worker"
      port     = "rpc"
      provider = "consul"
      tags     = ["llamacpp-rpc", "job=${var.job_name}"]
      meta {
        job   = var.job_name
        build = "${meta.llama_cpp_build}"
      }
      # A worker serves one client at a time, so the check must not connect to its port while the head uses it.
      check {
        type     = "script"
        name     = "process"
        task     = "worker"
        command  = "/bin/sh"
        args     = ["-c", "grep -q \":$(printf %04X $NOMAD_PORT_rpc) \" /proc/net/tcp"]
        interval = "5s"
        timeout  = "3s"
      }
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "5s"
      mode     = "delay"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    task "worker" {
      driver = var.driver
      user   = var.user

      env {
        GGML_NO_BACKTRACE = "1"
      }

      config {
        command = "${var.bin}/ggml-rpc-server"
        args    = ["--host", "${NOMAD_IP_rpc}", "--port", "${NOMAD_PORT_rpc}"]
      }

      resources {
        cpu    = var.cpu
        memory = var.worker_memory_mb
      }
    }
  }
}
