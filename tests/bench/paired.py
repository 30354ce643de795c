"""Runs commands in turn (A B C, A B C, ...) and prints each run's wall time, CPU time and peak memory.

Rule: a JSON request on stdin, a JSON answer on stdout; nothing is judged here. In Python because
wait4() tells what a single child has used, which Deno cannot ask.
"""

import json
import os
import shutil
import sys
import time


def start(command, devnull):
    actions = [(os.POSIX_SPAWN_DUP2, devnull, fd) for fd in (0, 1)]
    if not command.get("loud"):
        actions.append((os.POSIX_SPAWN_DUP2, devnull, 2))
    argv = command["argv"]
    return os.posix_spawnp(argv[0], argv, command["env"], file_actions=actions)


def run(command, devnull):
    """One sample: milliseconds of wall and CPU, and the highest resident set in bytes."""
    for source, target in command.get("copies", []):
        shutil.copyfile(source, target)
    began = time.perf_counter()
    pids = [start(command, devnull) for _ in range(command.get("at_once", 1))]
    cpu = memory = 0
    for pid in pids:
        _, status, usage = os.wait4(pid, 0)
        cpu += (usage.ru_utime + usage.ru_stime) * 1e3
        memory = max(memory, usage.ru_maxrss * 1024)
        code = os.waitstatus_to_exitcode(status)
        if code != command.get("exit", 0):
            sys.exit(f"{command['name']}: exit code {code}")
    return {"wall": (time.perf_counter() - began) * 1e3, "cpu": cpu, "memory": memory}


def main():
    request = json.load(sys.stdin)
    commands = request["commands"]
    devnull = os.open(os.devnull, os.O_RDWR)
    for command in commands:
        for _ in range(request["warmup"]):
            run(command, devnull)
    samples = [[] for _ in commands]
    for round_number in range(request["rounds"]):
        # Every second round backwards, so that no command always has the same one before it.
        order = range(len(commands)) if round_number % 2 == 0 else reversed(range(len(commands)))
        for index in order:
            samples[index].append(run(commands[index], devnull))
    json.dump(samples, sys.stdout)


main()
