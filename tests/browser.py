"""Chromium as the tests drive it, by Playwright: the one of the system, or one that Playwright fetched."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Literal, Self

from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoBrowserError(Exception):
    """There is no browser to be driven."""

    def __init__(self) -> None:
        super().__init__(
            "no Chromium: install one (apt-get install --no-install-recommends chromium, or elsewhere"
            " python -m playwright install chromium), or name one in the variable CHROMIUM"
        )


class Browser:
    """A browser that is open while its block runs."""

    def __enter__(self) -> Self:
        self._driver = sync_playwright().start()
        try:
            # Root has no sandbox (crbug.com/638180); nothing but our own pages is opened.
            self._browser = self._driver.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        except Error as error:
            self._driver.stop()
            raise NoBrowserError from error
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


def executable() -> str | None:
    """The path of the browser, or `None` for Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
