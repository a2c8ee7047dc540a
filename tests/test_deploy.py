"""What deploy/ installs: units that systemd takes, hardened, and a site that nginx takes."""

import re
import subprocess
from pathlib import Path

import pytest

from tracker.settings import BASE_DIR

DEPLOY = BASE_DIR / "deploy"
SCRIPTS = sorted(
    path
    for path in DEPLOY.iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash")
)


@pytest.mark.parametrize("script", [*SCRIPTS, DEPLOY / "services.sh"], ids=lambda path: path.name)
def test_every_script_is_read_by_bash_and_stops_at_the_first_fault(script):
    assert subprocess.run(["bash", "-n", script], capture_output=True).returncode == 0
    if script.name != "services.sh":  # sourced
        assert "set -euo pipefail" in script.read_text()


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """Return the units with programs that are there: systemd looks for them."""
    copied = []
    for unit in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text())
        copied.append(tmp_path / unit.name)
        copied[-1].write_text(text)
    return copied


def test_the_units_are_such_as_systemd_takes(units):
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_units_are_hardened(units):
    for unit in units:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-200:]
        assert " OK " in done.stdout.strip().splitlines()[-1]


def test_the_site_is_such_as_nginx_takes(tmp_path):
    site = (DEPLOY / "nginx.conf").read_text().replace("HOSTS", "tracker.example 10.0.0.1")
    proxy = DEPLOY / "nginx-proxy.conf"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x"
        f" -keyout {tmp_path}/site.key -out {tmp_path}/site.crt".split(),
        check=True,
        capture_output=True,
    )
    site = site.replace("/etc/tracker/tls", str(tmp_path)).replace(
        "/var/log/tracker", str(tmp_path)
    )
    site = site.replace("/etc/nginx/tracker-proxy.conf", str(proxy))
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}\n}}\n")
    done = subprocess.run(["nginx", "-t", "-c", main], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_setting_is_told_and_no_developers_own_decides_a_test():
    asked = r'(?:env_[a-z]+|environ\.get)\(\s*"([A-Z_]+)"'
    read = set(re.findall(asked, (BASE_DIR / "tracker" / "settings.py").read_text()))
    told = (BASE_DIR / "docs" / "settings.md").read_text()
    assert not {name for name in read if f"`{name}`" not in told}
    tests = (BASE_DIR / "tracker" / "settings_test.py").read_text()
    # The tests' own database may be another: deploy/with-postgres.sh.
    assert not {name for name in read - {"DATABASE_ENGINE"} if f'"{name}"' not in tests}
