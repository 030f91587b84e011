"""Clients that do their worst within the limits, in a process of their own. They obey `Retry-After`, nothing else."""

import http.client
import multiprocessing
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlsplit

ATTACKER = "127.0.0.66"  # another network than those who are measured
AT_ONCE = 8  # requests
OPEN_AT_ONCE = 100  # connections


@dataclass(frozen=True, slots=True)
class Shot:
    """One request, made beforehand so that sending it costs its sender little."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def attack(origin: str, shots: Sequence[Shot], *, half_open: bool = False) -> Iterator[Counter[str]]:
    """Send these in turn, again and again, while the block runs; their results are complete after the block."""
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.SimpleQueue()
    process = context.Process(target=_attack, args=(origin, list(shots), half_open, stop, results), daemon=True)
    process.start()
    counts: Counter[str] = Counter()
    results.get()  # it has begun
    try:
        yield counts
    finally:
        stop.set()
        counts.update(results.get())
        process.join()


def _attack(origin: str, shots: list[Shot], half_open: bool, stop: Event, results: "SimpleQueue[Any]") -> None:
    counts: Counter[str] = Counter()
    results.put("begun")
    if half_open:
        threads = [threading.Thread(target=_hold, args=(origin, stop, counts)) for _ in range(OPEN_AT_ONCE)]
    else:
        threads = [
            threading.Thread(target=_send, args=(origin, shots[number::AT_ONCE], stop, counts))
            for number in range(min(AT_ONCE, len(shots)))
        ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(counts)


def _send(origin: str, shots: list[Shot], stop: Event, counts: Counter[str]) -> None:
    host = urlsplit(origin)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=30, source_address=(ATTACKER, 0))
    free = [0.0] * len(shots)  # when each may be sent again
    while not stop.is_set():
        for number, shot in enumerate(shots):
            if stop.is_set() or free[number] > time.monotonic():
                continue
            try:
                connection.request(shot.method, shot.path, shot.body, dict(shot.headers))
                answer = connection.getresponse()
                answer.read()
                counts[str(answer.status)] += 1
                free[number] = time.monotonic() + int(answer.headers.get("Retry-After", "0"))
            except (OSError, http.client.HTTPException):
                counts["cut off"] += 1
                connection.close()
        if min(free) > time.monotonic():
            stop.wait(min(0.2, min(free) - time.monotonic()))
    connection.close()


def _hold(origin: str, stop: Event, counts: Counter[str]) -> None:
    host = urlsplit(origin)
    while not stop.is_set():
        try:
            with socket.create_connection((host.hostname, host.port), 5, (ATTACKER, 0)) as one:
                counts["opened"] += 1
                one.settimeout(0.2)
                one.sendall(b"POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n{")
                while not stop.is_set():
                    try:
                        if not one.recv(4096):
                            break
                    except TimeoutError:
                        one.sendall(b" ")
        except OSError:
            counts["cut off"] += 1
        stop.wait(0.1)
