"""Run a reader in a process of its own, with a limit on its time and memory.

A workbook of a few kilobytes can make a reader ask for gigabytes or hours. It may have
neither: the reader works in a forked child that the kernel stops, and the web process
reads its answer or says that there is none.
"""

import gc
import json
import os
import resource
import select
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from targets.importing.guard import BROKEN, Unreadable

# What the reader may use of a processor, and how long may pass by the clock: on a busy machine
# a sound file waits for its turn and is not refused for it. A worker is taken for stuck after 60.
CPU_LIMIT = 7  # seconds; with the checks around it within ten on a machine that is idle
WALL_LIMIT = 30.0  # seconds
MEMORY_LIMIT = 320 * 1024 * 1024  # bytes that the child may add to what it was born with
ANSWER_LIMIT = 64 * 1024 * 1024

TOO_COMPLEX = (
    "文件内容过多或格式过于复杂，读取超出限制，未导入任何内容。"
    "请把需要导入的表格（仅数值）复制到新的工作簿后再上传。"
)


def run_limited(reader: Callable[[bytes], object], data: bytes) -> Any:
    """Return `reader(data)`, a JSON value, worked out in a limited child process.

    Raises Unreadable with the reader's own message, or where the child was stopped.
    The child never returns into the caller's code: it shares the parent's database
    connection and files, and must not close them.
    """
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forking beside threads; the child runs one reader and is gone.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _be_the_child(reader, data, write_end)
    os.close(write_end)
    try:
        answer = _collect(read_end, time.monotonic() + WALL_LIMIT)
    finally:
        os.close(read_end)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if not answer:
        raise Unreadable(TOO_COMPLEX)
    outcome, value = json.loads(answer)
    if outcome == "refused":
        raise Unreadable(value)
    return value


def _collect(read_end: int, until: float) -> bytes:
    """Read until the child closes its end; b"" where it is too slow or says too much."""
    chunks, size = [], 0
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([read_end], [], [], left)[0]:
            return b""
        chunk = os.read(read_end, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
        if size > ANSWER_LIMIT:
            return b""
    answer = b"".join(chunks)
    # A child that was stopped while writing leaves half an answer.
    return answer[:-1] if answer.endswith(b"\n") else b""


def _be_the_child(reader: Callable[[bytes], object], data: bytes, write_end: int) -> None:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _limit_self()
        # Collecting would touch, and so copy, every page that is shared with the parent.
        gc.disable()
        warnings.simplefilter("ignore")
        answer = json.dumps(_outcome(reader, data), ensure_ascii=False).encode()
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(answer + b"\n")
    finally:
        os._exit(0)


def _outcome(reader: Callable[[bytes], object], data: bytes) -> tuple[str, object]:
    try:
        return "read", reader(data)
    except Unreadable as refusal:
        return "refused", str(refusal)
    except MemoryError:
        return "refused", TOO_COMPLEX
    except Exception:
        # The libraries raise whatever a broken file makes them stumble over.
        return "refused", BROKEN


def _limit_self() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    address_space = pages * resource.getpagesize() + MEMORY_LIMIT
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    # Counted from the child's birth: it does not inherit what its parent has used.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
