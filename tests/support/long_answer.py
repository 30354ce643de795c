"""Runs a program to its end and reads all that it prints, for tests.

Its one rule: what the program costs is the system's own count, and not the time that went by.

    python3 long_answer.py pipe|terminal PROGRAM [ARGUMENT...]

Prints JSON: the exit code, how many bytes came, and the seconds of processor time that the program took.
"""

import json
import os
import resource
import subprocess
import sys


def read(reader):
    """What there is; nothing at the end, which a terminal reports as an error."""
    try:
        return os.read(reader, 65536)
    except OSError:
        return b""


def main():
    reader, writer = os.openpty() if sys.argv[1] == "terminal" else os.pipe()
    program = subprocess.Popen(sys.argv[2:], stdout=writer)
    os.close(writer)
    length = 0
    while piece := read(reader):
        length += len(piece)
    code = program.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime
    print(json.dumps({"code": code, "length": length, "seconds": seconds}))


main()
