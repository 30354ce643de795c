"""Times one small request after the other, on one connection to each address, in turns of twenty.

A blocking socket: an event loop of the client would hide part of what a proxy adds.
Arguments: how many turns, and the addresses. Prints the median of each in microseconds, as JSON.
"""

import json
import socket
import statistics
import sys
import time
from urllib.parse import urlsplit


def connect(address):
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection, f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def ask(connection, request):
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer or not answer.endswith(b"}]}"):
        piece = connection.recv(65536)
        if not piece:
            sys.exit("the connection was closed")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200"):
        sys.exit(answer.decode())


turns, *addresses = sys.argv[1:]
asked = [connect(address) for address in addresses]
times = [[] for _ in asked]
for turn in range(int(turns) + 10):
    for (connection, request), own in zip(asked, times):
        for _ in range(20):
            began = time.perf_counter()
            ask(connection, request)
            if turn >= 10:
                own.append((time.perf_counter() - began) * 1e6)
print(json.dumps([statistics.median(own) for own in times]))
