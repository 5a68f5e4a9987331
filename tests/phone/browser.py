"""A headless Chromium, driven through a pipe by its own protocol: what a phone would show, and what it would do."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox", "--disable-gpu",
    "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions", "--disable-sync",
    "--disable-component-update", "--disable-default-apps", "--mute-audio", "--no-proxy-server",
)  # fmt: skip


class Browser:
    """One browser with one page. A context manager; its profile lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        there, self._say = os.pipe()
        self._hear, back = os.pipe()
        script = f'exec "$0" "$@" 3<&{there} 4>&{back} >/dev/null 2>&1'
        words = ["bash", "-c", script, CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        home = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        self._child = subprocess.Popen(words, env=home, pass_fds=(there, back), start_new_session=True)
        os.close(there)
        os.close(back)
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self._session = ""
        target = next(t for t in self._targets() if t["type"] == "page")
        found = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        os.close(self._say)
        os.close(self._hear)

    def _targets(self) -> list[dict[str, Any]]:
        for _ in range(100):
            found: list[dict[str, Any]] = self.call("Target.getTargets")["targetInfos"]
            if any(target["type"] == "page" for target in found):
                return found
            time.sleep(0.1)
        raise AssertionError("the browser has no page")

    def call(self, method: str, **params: Any) -> Any:
        """One call of the protocol; its result. What happens meanwhile is kept in `events`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._say, json.dumps(message).encode() + b"\0")
        while True:
            said = self._next(60)
            if said.get("id") == self._number:
                assert "error" not in said, (method, said["error"])
                return said["result"]
            self.events.append(said)

    def _next(self, seconds: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._hear], [], [], seconds)
            assert ready, "the browser does not answer"
            self._rest += os.read(self._hear, 1 << 20)
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def open(self, url: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=url)

    def until(self, script: str, seconds: float = 60) -> Any:
        """Wait until an expression holds; its value."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            found = self.run(
                f"(() => {{ try {{ return !!({script}) }} catch {{ return null }} }})()"
            )  # of a page to come
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(f"{script} never held; the page says: {self.run('document.body.innerText')}")

    def tap_until(self, selector: str, script: str) -> None:
        """Touch an element until an expression holds: the browser takes a touch soon after a swipe for the swipe's."""
        for left in range(5, -1, -1):
            self.tap(selector)
            try:
                self.until(script, seconds=2)
            except AssertionError:
                if not left:
                    raise
            else:
                return

    def shape(self, width: int, height: int, **more: Any) -> None:
        """Be a phone of this size, with a touch screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)
        self.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=1)
        if more:
            self.call("Emulation.setEmulatedMedia", **more)

    def tap(self, selector: str) -> None:
        """Touch the middle of an element, wherever it has to be scrolled from."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({ block: 'nearest' });"
            " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        self.swipe((box[0], box[1]), (box[0], box[1]))

    def swipe(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """Touch, move in some steps, and let go."""
        steps = 6 if begin != end else 0
        self._touch("touchStart", begin)
        for step in range(1, steps + 1):
            part = step / steps
            self._touch("touchMove", tuple(a + (b - a) * part for a, b in zip(begin, end, strict=True)))
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        if steps:
            time.sleep(0.5)  # a touch at once after a swipe only ends its fling

    def _touch(self, kind: str, at: tuple[float, ...]) -> None:
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": at[0], "y": at[1]}])

    def picture(self, path: Path) -> None:
        """Keep what is on the screen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def transferred(self) -> int:
        """The bytes of every answer so far, headers included."""
        self.run("1")
        done = [e["params"] for e in self.events if e.get("method") == "Network.loadingFinished"]
        return sum(round(each["encodedDataLength"]) for each in done)

    def troubles(self) -> list[str]:
        """What the browser complained of: exceptions, refused loads, violations of the policy."""
        self.run("1")
        thrown = [e["params"]["exceptionDetails"]["text"] for e in self.events
                  if e.get("method") == "Runtime.exceptionThrown"]  # fmt: skip
        logged = [e["params"]["entry"]["text"] for e in self.events if e.get("method") == "Log.entryAdded"]
        return thrown + logged
