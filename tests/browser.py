"""Chromium as the tests drive it: Debian's, by Playwright, which brings a browser of its own only from elsewhere.

`apt-get install chromium` installs it; CHROMIUM names another one.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Literal, Self

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoBrowserError(Exception):
    """There is no browser to be driven."""

    def __init__(self) -> None:
        super().__init__("no Chromium found: apt-get install --no-install-recommends chromium, or name one in CHROMIUM")


class Browser:
    """A browser that is open while its block runs."""

    def __enter__(self) -> Self:
        self._driver = sync_playwright().start()
        try:
            # Root has no sandbox (crbug.com/638180); nothing but our own pages is opened.
            self._browser = self._driver.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        except BaseException:
            self._driver.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._driver.stop()

    def page(self, *, width: int = 1000, height: int = 800, scheme: Literal["light", "dark"] = "light") -> Page:
        """An empty page of a window of this size."""
        return self._browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)

    def picture(self, path: Path, *, at: str | None = None, **options: Any) -> bytes:
        """What a window shows of a file, as PNG, from the element `at` on."""
        page = self.page(**options)
        page.goto(path.absolute().as_uri())
        if at is not None:
            page.locator(at).evaluate("element => element.scrollIntoView()")
        taken = page.screenshot()
        page.close()
        return taken


def executable() -> str:
    """The path of the browser."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError
    return found
