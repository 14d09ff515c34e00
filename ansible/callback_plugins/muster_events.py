"""Writes each event of a run as one JSON line to the file named by MUSTER_EVENTS.

This is a notification callback, so the usual output stays the same. Results are reduced to what control needs. The
result of a task with no_log never reaches the file. In a run on many nodes (MUSTER_WAVE), each node also gets its own
log, and its end is reported at once, not when the last node has ended.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import importlib.util
import json
import os
import time

from ansible.executor import task_result
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: muster_events
    type: notification
    short_description: one JSON line for each event
    description: Writes the events of a run to the file named by the environment variable MUSTER_EVENTS.
    requirements:
      - the environment variables MUSTER_EVENTS and MUSTER_HIDE_SECRETS
"""

MESSAGE_LIMIT = 2000
UNWRITTEN_LIMIT = 4 * 1024 * 1024


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def keep_return_data(kind):
    """Ansible before 2.19 removes the reason for a skip from a result with no_log. This plugin reads the reason, but never
    writes it. Newer releases keep the data of a result in the same attribute."""
    original = getattr(kind, "clean_copy", None)
    if original is None:
        return

    def clean_copy(self):
        copied = original(self)
        copied._return_data = self._result
        return copied

    kind.clean_copy = clean_copy


keep_return_data(getattr(task_result, "TaskResult", None))


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "muster_events"
    # Ansible loads the plugin even if another ansible.cfg does not name it.
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self, display=None):
        super(CallbackModule, self).__init__(display=display)
        self.started = {}
        path = os.environ.get("MUSTER_EVENTS")
        self.file = open(path, "ab", buffering=0) if path else None
        self.disabled = self.file is None
        self.unwritten = b""
        if not self.disabled:
            self.redact = load("muster_hide_secrets", os.environ["MUSTER_HIDE_SECRETS"]).redact
        self.wave, self.logs, self.ended, self.cancelled = None, {}, set(), set()
        self.last_play, self.in_last_play = None, False
        wave = os.environ.get("MUSTER_WAVE")
        if wave and not self.disabled:
            with open(wave) as file:
                self.wave = json.load(file)
            self.parts = load("muster_node_log", self.wave["nodeLog"])
            for host, log in self.wave["hosts"].items():
                self.logs[host] = self.parts.node_log(log, self.wave["limitBytes"])

    def emit(self, event, **fields):
        # Each line is one write, so a reader never sees half of a line that changes later.
        line = json.dumps(dict(fields, event=event, at=round(time.time(), 3)), default=str) + "\n"
        self.unwritten += line.encode("utf-8", "replace")
        self.write_out()

    def write_out(self):
        """A full disk may have space again later. Lines that could not be written are kept until then."""
        try:
            while self.unwritten:
                self.unwritten = self.unwritten[self.file.write(self.unwritten):]
        except OSError:
            # Memory must stay bounded. The oldest lines are dropped.
            self.unwritten = self.unwritten[-UNWRITTEN_LIMIT:]

    def log(self, host, method, *args, **kwargs):
        log = self.logs.get(host)
        if log is not None:
            getattr(log, method)(*args, **kwargs)

    def host_end(self, host, stats, cancelled, failed, out):
        """Called by our strategy when this play has no task left for the host. With `out`, later plays have none either."""
        if host in self.ended or not (out or self.in_last_play):
            return
        self.ended.add(host)
        if cancelled:
            self.cancelled.add(host)
        recap = stats.summarize(host)
        if failed and not cancelled:
            # Ansible counts a failure only where the task ran, but a failed task with run_once ends all hosts.
            recap["failures"] = max(recap["failures"], 1)
        self.emit("host-end", host=host, cancelled=cancelled, recap=recap)
        self.log(host, "v2_playbook_on_stats", self.parts.OneHost(stats, host))
        self.logs.pop(host, None)

    def message(self, result):
        data = result._result
        if data.get("_ansible_no_log") or getattr(result._task, "no_log", False):
            return "hidden by no_log"
        parts = [data.get(name) for name in ("msg", "module_stderr", "stderr", "module_stdout")]
        text = "\n".join(str(part).strip() for part in parts if part)
        return self.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")[:MESSAGE_LIMIT]

    def unforeseen(self, event, result):
        """True when the task was skipped because of check mode, and not by its own condition."""
        if not getattr(result._task, "check_mode", False):
            return False
        data = getattr(result, "_return_data", result._result)
        items = data.get("results")
        if items:
            left_out = [each for each in items if isinstance(each, dict) and each.get("skipped")]
        else:
            left_out = [data] if event == "skipped" else []
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
        self.last_play = playbook.get_plays()[-1]._uuid
        self.emit("playbook-start")

    def v2_playbook_on_play_start(self, play):
        self.in_last_play = play._uuid == self.last_play
        self.emit("play-start", play=play.get_name().strip())
        for host in list(self.logs):
            self.log(host, "v2_playbook_on_play_start", play)

    def v2_playbook_on_no_hosts_matched(self):
        self.emit("no-hosts")

    def v2_playbook_on_handler_task_start(self, task):
        for log in self.logs.values():
            log._task_type_cache[task._uuid] = "RUNNING HANDLER"

    def v2_runner_on_start(self, host, task):
        self.started[(host.get_name(), task._uuid)] = time.time()

    def v2_runner_on_ok(self, result):
        self.task_result("ok", result)
        self.log(result._host.get_name(), "v2_runner_on_ok", result)

    def v2_runner_on_skipped(self, result):
        self.task_result("skipped", result)
        self.log(result._host.get_name(), "v2_runner_on_skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.task_result("failed", result, ignored=bool(ignore_errors))
        self.log(result._host.get_name(), "v2_runner_on_failed", result, ignore_errors=ignore_errors)

    def v2_runner_on_unreachable(self, result):
        self.task_result("unreachable", result)
        self.log(result._host.get_name(), "v2_runner_on_unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self.log(result._host.get_name(), "v2_runner_item_on_ok", result)

    def v2_runner_item_on_failed(self, result):
        self.log(result._host.get_name(), "v2_runner_item_on_failed", result)

    def v2_runner_item_on_skipped(self, result):
        self.log(result._host.get_name(), "v2_runner_item_on_skipped", result)

    def v2_runner_retry(self, result):
        self.log(result._host.get_name(), "v2_runner_retry", result)

    def v2_on_file_diff(self, result):
        self.log(result._host.get_name(), "v2_on_file_diff", result)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        for host in list(self.logs):
            if host in hosts:
                self.log(host, "v2_playbook_on_stats", self.parts.OneHost(stats, host))
        self.emit("stats", hosts=hosts, cancelled=sorted(self.cancelled))
        deadline = time.time() + 5
        while self.unwritten and time.time() < deadline:
            time.sleep(0.2)
            self.write_out()
