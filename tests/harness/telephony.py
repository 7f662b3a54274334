"""Real telephones on loopback: baresip as the rep's softphone, sipp as whoever is called. No sound card, no network."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops import machine
from ops.services import die_with_parent, free_port

START_SECONDS = 20
STARTS = 3
MODULES = "/usr/lib/baresip/modules"
CONFIG = """
module_path {modules}
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
audio_source aubridge,nil0
audio_player aubridge,nil0
audio_alert aubridge,nil0
audio_path {home}
"""

_ANSWER = """  <send{retrans}><![CDATA[
SIP/2.0 {line}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
{body}
]]></send>
"""
_EMPTY = "Content-Length: 0\n"
_SPEAK = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=callee 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def _answer(line: str, body: str = _EMPTY, *, until: str = "") -> str:
    """A SIP answer; a final one is repeated until it is acknowledged."""
    retrans = ' retrans="500"' if until else ""
    return _ANSWER.format(line=line, body=body, retrans=retrans) + (f'  <recv request="{until}"/>\n' if until else "")


RINGING = _answer("180 Ringing")
RINGS = RINGING + '  <pause milliseconds="300"/>\n'
# What the customer's telephone does, each as a scenario of sipp.
CALLEES = {
    "answers": RINGS + _answer("200 OK", _SPEAK, until="ACK") + '  <recv request="BYE"/>\n' + _answer("200 OK"),
    "busy": RINGS + _answer("486 Busy Here", until="ACK"),
    "declines": RINGS + _answer("603 Decline", until="ACK"),
    "rings": RINGING + '  <recv request="CANCEL"/>\n' + _answer("200 OK"),
    "unknown": _answer("404 Not Found", until="ACK"),
}


@dataclass
class Softphone:
    """A running baresip. ``control`` is what a rep gives as their phone's address; ``calls`` the port that it calls."""

    process: subprocess.Popen[bytes]
    control: str
    calls: int

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


Callee = Callable[[str], "subprocess.Popen[bytes]"]


def _udp_port() -> int:
    """A loopback port for datagrams that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def softphone(tmp_path: Path) -> Iterator[Softphone]:
    """The rep's softphone, registered nowhere, with the exchange on loopback."""
    program = machine.baresip()
    if program is None:
        pytest.skip("baresip is not installed (baresip-core)")
    with tempfile.TemporaryDirectory(prefix="recovery-baresip-") as home:
        phone = next(filter(None, (_started(program, Path(home), tmp_path) for _ in range(STARTS))), None)
        if phone is None:
            raise RuntimeError("baresip does not listen")
        try:
            yield phone
        finally:
            phone.stop()


def _started(program: str, home: Path, log: Path) -> Softphone | None:
    """A baresip that listens, or None: somebody else may have taken a port that was free a moment ago."""
    control, sip, calls = free_port(), _udp_port(), _udp_port()
    (home / "config").write_text(CONFIG.format(modules=MODULES, control=control, sip=sip, home=home))
    (home / "accounts").write_text(f"<sip:alice@127.0.0.1:{calls}>;regint=0\n")
    (home / "contacts").touch()
    with (log / "baresip.log").open("wb") as said:
        process = subprocess.Popen(
            [program, "-f", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            preexec_fn=die_with_parent,
        )
    phone = Softphone(process, f"127.0.0.1:{control}", calls)
    if _listens(control, process):
        return phone
    phone.stop()
    return None


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


@pytest.fixture
def callee(softphone: Softphone, tmp_path: Path) -> Iterator[Callee]:
    """The customer's telephone: `callee("busy")` is there until the test ends, for one call."""
    program = machine.sipp()
    if program is None:
        pytest.skip("sipp is not installed (sip-tester)")
    running: list[subprocess.Popen[bytes]] = []

    def there(manner: str) -> subprocess.Popen[bytes]:
        scenario = tmp_path / f"{manner}.xml"
        head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="callee">\n  <recv request="INVITE"/>\n'
        scenario.write_text(f"{head}{CALLEES[manner]}</scenario>\n")
        at = ["-i", "127.0.0.1", "-p", str(softphone.calls), "-mp", str(_udp_port())]
        process = subprocess.Popen(
            [program, "-sf", str(scenario), *at, "-m", "1", "-nostdin"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        running.append(process)
        _wait_until_taken(softphone.calls)
        return process

    yield there
    for process in running:
        process.kill()
        process.wait(10)


def _wait_until_taken(port: int) -> None:
    """A UDP port that can no longer be had is somebody's."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.05)
    raise RuntimeError("sipp does not listen")
