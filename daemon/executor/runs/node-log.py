"""Writes a log for one node in a run on many: the part of Ansible's default output that concerns this node.

The callback plugin muster_events loads this file. Each log has the same limit as the output of a job.
"""
import importlib.util
import os

from ansible import constants as C
from ansible.plugins.loader import callback_loader
from ansible.utils.color import stringc


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


keep_output = load("muster_keep_output", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../keep-output.py"))


class FileDisplay(object):
    """Replaces Ansible's display."""

    verbosity = 0
    columns = 79

    def __init__(self, path, limit):
        self.file = keep_output.KeptOutput(path, limit)

    def display(self, msg, color=None, stderr=False, screen_only=False, log_only=False, newline=True, **_):
        if log_only:
            return
        text = stringc(msg, color) if color else msg
        self.file.write((text + ("\n" if newline else "")).encode("utf-8", "replace"))
        # Each message is complete.
        self.file.end()

    def banner(self, msg, color=None, cows=True):
        self.display("\n%s %s" % (msg, "*" * max(self.columns - len(msg), 3)), color=color)

    def warning(self, msg, formatted=False):
        self.display("[WARNING]: %s" % msg, color=C.COLOR_WARN)

    def deprecated(self, msg, *_, **__):
        self.display("[DEPRECATION WARNING]: %s" % msg, color=C.COLOR_DEPRECATE)

    def __getattr__(self, name):
        # v, vv, vvv and debug print nothing at this verbosity.
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


class OneHost(object):
    """Ansible's statistics, reduced to one host."""

    custom = {}

    def __init__(self, stats, host):
        self.processed = {host: 1}
        self.summarize = stats.summarize


def node_log(path, limit):
    """A default callback that writes to a file."""
    log = callback_loader.get("default", class_only=True)()
    log.set_options()
    log._display = FileDisplay(path, limit)
    return log
