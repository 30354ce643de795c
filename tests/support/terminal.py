"""Runs a program in a pseudo-terminal of its own, for tests.

Its one rule: it passes bytes on and notes how the terminal was before and after; it judges nothing.

    python3 terminal.py COLUMNS ROWS REPORT PROGRAM [ARGUMENT...]

What comes on stdin is typed, what the program shows goes to stdout. When stdin ends, the program is
killed. The report is JSON: the exit code, the program's process id, and what `stty -a` said before
and after.
"""

import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import termios


def modes(terminal):
    """What `stty -a` says of the terminal."""
    return subprocess.run(
        ["stty", "-a"], stdin=terminal, capture_output=True, text=True, check=True
    ).stdout


def take_terminal():
    """Makes the terminal on stdin the one from which Ctrl-C comes."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def hang_up(program):
    """Kills the program, if it still runs."""
    if program.poll() is None:
        program.kill()


def write_report(path, report):
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(report, file)
    os.replace(path + ".part", path)


def main():
    columns, rows, report_path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    controller, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    before = modes(terminal)
    program = subprocess.Popen(
        sys.argv[4:],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    write_report(report_path, {"pid": program.pid})
    sources = [0, controller]
    while True:
        ready, _, _ = select.select(sources, [], [], 0.02)
        if controller in ready:
            os.write(1, os.read(controller, 65536))
        if 0 in ready:
            typed = os.read(0, 65536)
            if typed:
                while typed:
                    typed = typed[os.write(controller, typed) :]
            else:  # hung up: the process that opened the terminal has closed it
                sources.remove(0)
                hang_up(program)
        if not ready and program.poll() is not None:
            break
    report = {
        "pid": program.pid,
        "code": program.returncode,
        "before": before,
        "after": modes(terminal),
    }
    write_report(report_path, report)


main()
