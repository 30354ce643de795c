"""Runs a program whose stdout is full, does not block, and is read late, for tests.

Its one rule: what the program wrote is passed on byte for byte, without what filled its stdout before.

    python3 slow_reader.py pipe|terminal PROGRAM [ARGUMENT...]

The exit code is the program's own.
"""

import os
import subprocess
import sys
import time
import tty

LATE = 0.3
FILLING = b"x" * 512


def fill(writer):
    """Writes until nothing goes in any more; says how much that was."""
    count = 0
    while True:
        try:
            count += os.write(writer, FILLING)
        except BlockingIOError:
            return count


def read(reader):
    """What there is; nothing at the end, which a terminal reports as an error."""
    try:
        return os.read(reader, 4096)
    except OSError:
        return b""


def main():
    kind, command = sys.argv[1], sys.argv[2:]
    if kind == "terminal":
        reader, writer = os.openpty()
        tty.setraw(writer)
    else:
        reader, writer = os.pipe()
    os.set_blocking(writer, False)
    filled = fill(writer)
    program = subprocess.Popen(command, stdout=writer)
    os.close(writer)
    time.sleep(LATE)
    output = b""
    while piece := read(reader):
        output += piece
    sys.stdout.buffer.write(output[filled:])
    sys.stdout.buffer.flush()
    sys.exit(program.wait())


main()
