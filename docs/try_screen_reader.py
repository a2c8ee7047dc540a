"""Let a screen reader read our pages, and print what it says: what a blind person hears.

Orca reads Chromium by the keys of a keyboard, in Chinese; nothing sounds. Needs, beside what
`make pictures` needs, Debian's orca, speech-dispatcher-espeak-ng, at-spi2-core, metacity, xvfb,
xdotool, dbus and locales. By hand: `.venv/bin/python docs/try_screen_reader.py`, of a new
demonstration; or `… ADDRESS PASSWORD`, of one that is served and has more to read.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from take_pictures import PASSWORD, demonstration

SAID = re.compile(r"SPEECH OUTPUT: '(.*?)'? ?\[?\{'established", re.S)
LOG_IN = ("type {user}", "Tab", "type {password}", "Return")
GO = ("ctrl+l", "type {address}{path}", "Return")
# What is done, the address, and the keys: an asterisk repeats. h, t, e and b go to the next
# heading, table, field and button, shift+alt with an arrow to the next cell.
LEADER = (
    ("标题", "/dashboard/", ("ctrl+Home", "h*9")),
    ("逐行", "/dashboard/", ("ctrl+Home", "Down*26")),
    ("图", "/dashboard/", ("ctrl+Home", "g*2")),
    (
        "目标表、单位表",
        "/dashboard/",
        ("ctrl+Home", *(("t", "shift+alt+Down*3", "shift+alt+Right*6") * 2)),
    ),
    ("清单", "/items/?q=4(9)", ("ctrl+Home", "t", "shift+alt+Down", "Return")),
    ("事项", "", ("ctrl+Home", "h*4", "Down*4")),
    ("退出", "/help/", ("ctrl+Home", "b", "Return")),
)
UNIT = (
    ("本单位填报", "/my-items/", ("ctrl+Home", "h", "Down*6", "t", "shift+alt+Down")),
    ("填报", "/contributions/6/", ("ctrl+Home", "h*4", "Down*8")),
    ("空着报送", "/contributions/6/", ("ctrl+Home", "b*4", "Return")),
    (
        "填写、自动保存、保存草稿",
        "/contributions/6/",
        ("ctrl+Home", "e", "Tab", "shift+Tab", "type 1. Fugong.", "wait 12", "Tab*5", "Return"),
    ),
)


def prepare(folder: Path) -> dict[str, str]:
    """Lay out a home of its own, without sound, key echo and reading on; return the environment."""
    for name in ("run", "profile/Default", ".config/speech-dispatcher", ".local/share/orca"):
        (folder / name).mkdir(parents=True, mode=0o700)
    (folder / ".asoundrc").write_text("pcm.!default { type null }\nctl.!default { type null }\n")
    speech = folder / ".config/speech-dispatcher"
    shutil.copytree("/etc/speech-dispatcher", speech, dirs_exist_ok=True)
    with (speech / "speechd.conf").open("a") as file:
        file.write('\nAudioOutputMethod "alsa"\nDefaultModule espeak-ng\nTimeout 5\n')
    quiet = {"enableKeyEcho": False, "sayAllOnLoad": False}
    settings = {
        "general": quiet,
        "profiles": {"default": {"profile": ["Default", "default"], **quiet}},
        "pronunciations": {},
        "keybindings": {},
    }
    (folder / ".local/share/orca/user-settings.conf").write_text(json.dumps(settings))
    (folder / "profile/Default/Preferences").write_text('{"credentials_enable_service": false}')
    locale = folder / "zh_CN.UTF-8"
    subprocess.run(["/usr/bin/localedef", "-i", "zh_CN", "-f", "UTF-8", locale], check=True)
    return {
        "PATH": "/usr/bin:/bin",  # Debian's Python has Orca's modules
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "LOCPATH": str(folder),
        "LANG": "zh_CN.UTF-8",
        "GNOME_ACCESSIBILITY": "1",
    }


def end(process: subprocess.Popen) -> None:
    """End a process; Orca does not always end when it is asked."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def desktop(folder: Path, address: str) -> Iterator["Reader"]:
    """Start a screen, a window manager, Orca and Chromium; end them all."""
    environment = prepare(folder)
    with ExitStack() as stack:

        def start(*command: str, pause: float = 1) -> subprocess.Popen:
            process = subprocess.Popen(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            stack.callback(end, process)
            time.sleep(pause)
            return process

        screen = start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x1000x24")
        environment["DISPLAY"] = ":" + screen.stdout.readline().strip()
        bus = start("dbus-daemon", "--session", "--nofork", "--print-address")
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately", "--screen-reader=1")
        start("metacity", "--no-composite")
        log = folder / "orca.log"
        start("orca", "--debug", f"--debug-file={log}", pause=6)
        browser = ["chromium", "--force-renderer-accessibility", "--no-first-run", "--test-type"]
        browser += ["--no-sandbox", "--disable-gpu", "--lang=zh-CN", "--window-size=1280,1000"]
        start(*browser, f"--user-data-dir={folder}/profile", f"{address}/accounts/login/", pause=12)
        yield Reader(log, environment)


class Reader:
    """Presses keys, and prints what is said after each."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log, self.environment = log, environment

    def follow(self, keys: tuple[str, ...], **words: str) -> None:
        """Press the keys in turn; a page may take four seconds to load."""
        for key in keys:
            name, _, times = key.partition("*")
            for _ in range(int(times or 1)):
                self.press(name.format(**words))

    def press(self, key: str) -> None:
        """Press one key (or type, or wait) until nothing more is said, and print it."""
        start = self.log.stat().st_size
        verb, _, rest = key.partition(" ")
        if verb == "wait":
            time.sleep(float(rest))
        else:
            command = ["type", "--delay", "60", rest] if verb == "type" else ["key", key]
            subprocess.run(["/usr/bin/xdotool", *command], env=self.environment, check=True)
            time.sleep(4 if key == "Return" else 0.6)
        size, patience = -1, 30
        while size != self.log.stat().st_size and patience:
            size, patience = self.log.stat().st_size, patience - 1
            time.sleep(0.4)
        said = SAID.findall(self.log.read_bytes()[start:].decode(errors="replace"))
        if verb != "type":
            print(f"[{key}] {' ｜ '.join(' '.join(each.split()) for each in said)}", flush=True)


def main() -> None:
    """Read as a leader, then as a unit."""
    given = sys.argv[1:]
    with (
        nullcontext(given[0]) if given else demonstration() as address,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        desktop(Path(folder), address) as reader,
    ):
        words = {
            "address": address.removeprefix("http://"),
            "password": given[1] if given else PASSWORD,
        }
        for user, tour in (("leader", LEADER), ("unit-01", UNIT)):
            print(f"\n{user}")
            reader.follow(LOG_IN, user=user, **words)
            for title, path, keys in tour:
                print(f"\n{title}")
                if path:
                    reader.follow(GO, path=path, **words)
                reader.follow(keys)


if __name__ == "__main__":
    main()
