"""CPU seconds of a process, with all its children that live or have ended."""

import psutil


def seconds_of(pid: int) -> float:
    """User and system seconds of the process and everything it has started. 0 if it is gone."""
    try:
        root = psutil.Process(pid)
        times = [root.cpu_times(), *(child.cpu_times() for child in root.children(recursive=True))]
    except psutil.NoSuchProcess:
        return 0.0
    ended = times[0].children_user + times[0].children_system
    return float(ended + sum(t.user + t.system for t in times))
