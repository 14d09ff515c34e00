"""Writes what happens in a run as one JSON line an event, to the file named by MUSTER_EVENTS.

A notification callback: the usual output stays as it is. Results are reduced to what the control node needs, and
what a task marked with no_log never reaches the file.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: muster_events
    type: notification
    short_description: one JSON line an event
    description: Writes the events of a run to the file named by the environment variable MUSTER_EVENTS.
    requirements:
      - the environment variable MUSTER_EVENTS
"""

MESSAGE_LIMIT = 2000


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "muster_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display=None):
        super(CallbackModule, self).__init__(display=display)
        self.started = {}
        path = os.environ.get("MUSTER_EVENTS")
        self.file = open(path, "a", buffering=1, encoding="utf-8") if path else None
        self.disabled = self.file is None

    def emit(self, event, **fields):
        # One write a line: a reader never sees half of one that later becomes another.
        self.file.write(json.dumps(dict(fields, event=event, at=round(time.time(), 3)), default=str) + "\n")
        self.file.flush()

    def message(self, result):
        data = result._result
        if data.get("_ansible_no_log") or getattr(result._task, "no_log", False):
            return "hidden by no_log"
        parts = [data.get(name) for name in ("msg", "module_stderr", "stderr", "module_stdout")]
        text = "\n".join(str(part).strip() for part in parts if part)
        return text[:MESSAGE_LIMIT]

    def unforeseen(self, event, result):
        """Left out because this is a preview, and not by a condition of its own."""
        if not getattr(result._task, "check_mode", False):
            return False
        items = result._result.get("results")
        if items:
            left_out = [each for each in items if isinstance(each, dict) and each.get("skipped")]
        else:
            # Ansible has taken the word out of a result that is passed on as skipped.
            left_out = [result._result] if event == "skipped" else []
        return any("skip_reason" not in each and "skipped_reason" not in each for each in left_out)

    def task_result(self, event, result, **fields):
        host = result._host.get_name()
        began = self.started.pop((host, result._task._uuid), None)
        self.emit(
            event,
            host=host,
            task=result._task.get_name().strip(),
            changed=bool(result._result.get("changed", False)),
            seconds=None if began is None else round(time.time() - began, 3),
            unforeseen=self.unforeseen(event, result),
            message=self.message(result) if event in ("failed", "unreachable") else "",
            **fields
        )

    def v2_playbook_on_start(self, playbook):
        self.emit("playbook-start")

    def v2_playbook_on_play_start(self, play):
        self.emit("play-start", play=play.get_name().strip())

    def v2_playbook_on_no_hosts_matched(self):
        self.emit("no-hosts")

    def v2_runner_on_start(self, host, task):
        self.started[(host.get_name(), task._uuid)] = time.time()

    def v2_runner_on_ok(self, result):
        self.task_result("ok", result)

    def v2_runner_on_skipped(self, result):
        self.task_result("skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.task_result("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        self.task_result("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        self.emit("stats", hosts={host: stats.summarize(host) for host in sorted(stats.processed)})
