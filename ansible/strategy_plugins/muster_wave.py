"""The free strategy, in which no host waits for another. It also reports the end of each host.

In a run on many hosts, each result is known at once, without a wait for the slowest host. A host in the run's file of
cancelled ones gets no further task, in later plays neither. The processes of its tasks are killed after a grace, and
none of them is left when its end is reported.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import signal
import time

from ansible.plugins.strategy.free import StrategyModule as FreeStrategy

DOCUMENTATION = """
    name: muster_wave
    short_description: free, and reports the end of each host
    description: Like free. Reports to the callback plugin muster_events when a host has ended in a play.
"""

POLL_SECONDS = 0.25
# SIGKILL takes effect soon, unless the process waits for a disk that does not respond.
KILL_SECONDS = 1
# In the environment of every process that the tasks of a node have started on this machine.
NODE_VARIABLE = "MUSTER_NODE"


class StrategyModule(FreeStrategy):
    def run(self, iterator, play_context):
        events = next((plugin for plugin in self._tqm._callback_plugins if plugin.CALLBACK_NAME == "muster_events"), None)
        if events is None or events.wave is None:
            return super(StrategyModule, self).run(iterator, play_context)
        next_task = iterator.get_next_task_for_host
        self.iterator, self.cancelled, self.changed, self.checked_at, self.reported = iterator, {}, None, 0, set()

        def peeking(host, peek=False):
            if not peek:
                return next_task(host, peek)
            self.check_hosts(events)
            name = host.get_name()
            # A call copies the state of the host, and free calls this for every host a thousand times a second.
            if name in self.reported or self._blocked_hosts.get(name, False):
                return None, None
            state, task = (None, None) if name in self.cancelled else next_task(host, peek)
            if task is None:
                self.report(events, name)
            return state, task

        iterator.get_next_task_for_host = peeking
        try:
            result = super(StrategyModule, self).run(iterator, play_context)
        finally:
            iterator.get_next_task_for_host = next_task
        # A task with run_once on another host may have failed a host that had ended. It is then in no later play.
        for name in self.reported - events.ended:
            self.reported.remove(name)
            self.report(events, name)
        return result

    def _queue_task(self, host, task, task_vars, play_context):
        # The parent class forks the worker, which inherits the variable.
        os.environ[NODE_VARIABLE] = host.get_name()
        try:
            return super(StrategyModule, self)._queue_task(host, task, task_vars, play_context)
        finally:
            del os.environ[NODE_VARIABLE]

    def report(self, events, name):
        if name in self.reported:
            return
        self.reported.add(name)
        cancelled = name in self.cancelled
        failed = self.iterator.is_failed(self._inventory.get_host(name))
        out = cancelled or failed or name in self._tqm._unreachable_hosts
        if out:
            self.leave_out(name)
        if cancelled:
            deadline = time.time() + KILL_SECONDS
            while kill(started_for(name)) and time.time() < deadline:
                time.sleep(0.01)
        events.host_end(name, self._tqm._stats, cancelled, failed, out)

    def leave_out(self, name):
        """Leaves the host out of all later plays, whatever their strategy or meta tasks. Its node is free from now on.

        For Ansible a cancelled host has not failed. A failure would end a play with batches.
        """
        self._inventory.subset((self._inventory._subset or []) + ["!" + name])

    def check_hosts(self, events):
        now = time.time()
        if now - self.checked_at < POLL_SECONDS:
            return
        self.checked_at = now
        # The free strategy no longer asks for these.
        for host in self._hosts_cache:
            if self._tqm._unreachable_hosts.get(host):
                self.report(events, host)
        self.read_cancelled(events.wave["cancelled"], now)
        for name, since in self.cancelled.items():
            if self._blocked_hosts.get(name) and now - since > events.wave["graceSeconds"]:
                kill(started_for(name))
                for worker in self._workers:
                    if worker is not None and worker.is_alive() and worker._host.get_name() == name:
                        kill(below(worker.pid))

    def read_cancelled(self, path, now):
        try:
            changed = os.stat(path).st_mtime_ns
            if changed != self.changed:
                with open(path) as file:
                    for name in json.load(file):
                        self.cancelled.setdefault(name, now)
                self.changed = changed
        except FileNotFoundError:
            pass


def below(ancestor):
    """The processes that a task has started, without its worker. Ansible gives up the whole run when a worker dies."""
    children = {}
    for pid in processes():
        parent = read("/proc/%d/stat" % pid).rpartition(b")")[2].split()[1:2]
        if parent:
            children.setdefault(int(parent[0]), []).append(pid)
    found, left = [], list(children.get(ancestor, []))
    while left:
        pid = left.pop()
        found.append(pid)
        left.extend(children.get(pid, []))
    return found


def started_for(name):
    """All processes of a node's tasks, wherever they went, and also those that an earlier task left behind.

    A worker is never among them, because its environment is that of the start of its program. Neither is the connection
    that ssh keeps for all nodes with one address, because its title has replaced its environment.
    """
    marks = {("%s=%s" % mark).encode() for mark in ((NODE_VARIABLE, name), ("MUSTER_EVENTS", os.environ["MUSTER_EVENTS"]))}
    return [pid for pid in processes() if marks.issubset(read("/proc/%d/environ" % pid).split(b"\0"))]


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        # It has ended in the meantime, or it belongs to another user.
        return b""


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return len(pids) > 0
