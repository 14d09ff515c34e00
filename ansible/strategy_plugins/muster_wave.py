"""The free strategy, which lets each host go its own way, and says of each when it has come to its end.

For runs on many hosts: nobody waits for the slowest to know what came of the others. A host whose name stands in the
run's file of cancelled ones gets no further task, in no later play either; what its tasks have started is killed after
a grace, and nothing of it is left when its end is told.
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
    short_description: free, and tells the end of each host
    description: As free. Tells the callback plugin muster_events when a host has come to its end in a play.
"""

LOOK_SECONDS = 0.25
# SIGKILL takes effect soon, unless the process waits for a disk that does not answer.
KILL_SECONDS = 1
# In the environment of everything that a node's tasks have started on this machine.
NODE_VARIABLE = "MUSTER_NODE"


class StrategyModule(FreeStrategy):
    def run(self, iterator, play_context):
        events = next((plugin for plugin in self._tqm._callback_plugins if plugin.CALLBACK_NAME == "muster_events"), None)
        if events is None or events.wave is None:
            return super(StrategyModule, self).run(iterator, play_context)
        next_task = iterator.get_next_task_for_host
        self.iterator, self.cancelled, self.changed, self.looked, self.told = iterator, {}, None, 0, set()

        def look(host, peek=False):
            if not peek:
                return next_task(host, peek)
            self.look_around(events)
            name = host.get_name()
            # Asking costs a copy of the host's state, and free asks for every host a thousand times a second.
            if name in self.told or self._blocked_hosts.get(name, False):
                return None, None
            state, task = (None, None) if name in self.cancelled else next_task(host, peek)
            if task is None:
                self.tell(events, name)
            return state, task

        iterator.get_next_task_for_host = look
        try:
            result = super(StrategyModule, self).run(iterator, play_context)
        finally:
            iterator.get_next_task_for_host = next_task
        # One that was through may have been put out since, by a task with run_once of another: it is in no later play.
        for name in self.told - events.ended:
            self.told.remove(name)
            self.tell(events, name)
        return result

    def _queue_task(self, host, task, task_vars, play_context):
        # The worker is forked in there.
        os.environ[NODE_VARIABLE] = host.get_name()
        try:
            return super(StrategyModule, self)._queue_task(host, task, task_vars, play_context)
        finally:
            del os.environ[NODE_VARIABLE]

    def tell(self, events, name):
        if name in self.told:
            return
        self.told.add(name)
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
        """Of the plays to come, whatever their strategy or meta tasks: its node is free from now on.

        To Ansible a cancelled one has not failed: that would end a play by batches.
        """
        self._inventory.subset((self._inventory._subset or []) + ["!" + name])

    def look_around(self, events):
        now = time.time()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        # The free strategy does not ask for these any more.
        for host in self._hosts_cache:
            if self._tqm._unreachable_hosts.get(host):
                self.tell(events, host)
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
    """What the task has started, not the worker that leads it: Ansible gives up the whole run when a worker dies."""
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
    """Wherever it went, also what an earlier task left behind.

    Never a worker, whose environment is that of its program's start, nor the connection that ssh keeps for all nodes with
    one address: its title has taken the place of its environment.
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
        # It ended in the meantime, or is another user's.
        return b""


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return len(pids) > 0
