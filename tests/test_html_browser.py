"""The page in a real browser: opened from disk, attacked, read by keyboard, on a telephone, in the dark, and by axe."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python import sync_playwright as axe  # pyright: ignore[reportMissingTypeStubs]

from interpact.contract.report import Report
from interpact.contract.settings import Settings

from .browser import Browser
from .hostile import SCRIPT, TEXTS, write
from .pictures import capture
from .test_html import examples, page, quoted, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")  # started once, not once for each worker

PAGES = ("examples", "service", "hostile", "quoting", "empty")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TELEPHONE = 360
"""Pixels: few telephones have less (StatCounter's screen resolutions)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of real runs: over the examples, a month of a service, a hostile capture with values shown.

    And two of reports that have everything, in hostile words, or nothing.
    """
    folder = tmp_path_factory.mktemp("pages")
    service, hostile = folder / "service.ndjson", folder / f"{TEXTS[3].replace('/', ' ')}.ndjson"
    service.write_bytes(b"\n".join(capture()))
    write(hostile)
    written = {
        "examples": run(*examples())[0],
        "service": run(str(service))[0],
        "hostile": run(str(hostile), settings_=Settings(show_values=True), all_places=True)[0],
        "quoting": quoted(TEXTS[1]),
        "empty": page(Report()),
    }
    assert written.keys() == set(PAGES)
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


def opened(browser: Browser, path: Path, **options: Any) -> Page:
    found = browser.page(**options)
    found.goto(path.as_uri())
    return found


def unfold(found: Page) -> None:
    found.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_is_fetched(browser: Browser, pages: dict[str, Path], name: str) -> None:
    found = browser.page()
    told: list[str] = []
    found.on("console", lambda message: told.append(f"console: {message.text}"))
    found.on("dialog", lambda dialog: told.append(f"dialog: {dialog.message}"))
    found.on("pageerror", lambda error: told.append(f"error: {error}"))
    found.on("popup", lambda popup: told.append(f"popup: {popup.url}"))
    found.on("request", lambda request: told.append(f"request: {request.url}"))
    found.goto(pages[name].as_uri())
    unfold(found)
    found.mouse.move(300, 300)
    found.wait_for_load_state("networkidle")
    assert told == [f"request: {pages[name].as_uri()}"]
    assert found.title() not in {"owned", ""}
    assert found.url == pages[name].as_uri()
    assert found.evaluate("document.scripts.length") == 0
    found.close()


def test_the_hostile_page_quotes_what_it_was_given(browser: Browser, pages: dict[str, Path]) -> None:
    """So that the test above is about something."""
    found = opened(browser, pages["hostile"])
    unfold(found)
    text = found.inner_text("body")
    for attack in (TEXTS[0], TEXTS[2], TEXTS[3]):
        assert attack[:40].replace('"', '\\"') in text
    assert "[U+202E]" in text
    found.close()


@pytest.mark.parametrize("attack", ["<img src=x onerror={}>", "<svg onload={}>", "<a href=javascript:{}>x</a>"])
def test_the_policy_would_stop_what_got_through(browser: Browser, pages: dict[str, Path], attack: str) -> None:
    """Put into the page on purpose, a script does not run."""
    path = pages["examples"].with_name("attacked.html")
    text = pages["examples"].read_text(encoding="utf-8").replace("</main>", f"{attack.format(SCRIPT)}</main>")
    path.write_text(text, encoding="utf-8")
    found = browser.page()
    told: list[str] = []
    found.on("console", lambda message: told.append(message.text))
    found.goto(path.as_uri())
    found.evaluate("document.querySelector('main a:last-of-type')?.click()")
    assert found.title() != "owned"
    found.wait_for_function("true")
    assert any("Content Security Policy" in one for one in told)
    found.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [TELEPHONE, 1200])
def test_nothing_scrolls_sideways(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    found = opened(browser, pages[name], width=width)
    unfold(found)
    assert found.evaluate("document.documentElement.scrollWidth") == width
    wider = found.evaluate(
        "width => [...document.querySelectorAll('main *, header *')]"
        ".filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest('svg, .skip, .scroll'))"
        ".map(one => one.outerHTML.slice(0, 200))",
        width,
    )
    assert wider == []
    found.close()


def test_tables_need_no_scrolling_on_a_telephone(browser: Browser, pages: dict[str, Path]) -> None:
    found = opened(browser, pages["service"], width=TELEPHONE)
    spare = "[...document.querySelectorAll('.scroll')].map(one => one.clientWidth - one.scrollWidth)"
    assert found.evaluate(spare) == [0, 0]
    found.close()


def test_the_keyboard_reaches_everything(browser: Browser, pages: dict[str, Path]) -> None:
    found = opened(browser, pages["examples"])
    found.keyboard.press("Tab")
    assert found.evaluate("document.activeElement.className") == "skip"
    assert found.locator(".skip").bounding_box() == {**(found.locator(".skip").bounding_box() or {}), "x": 0}
    found.keyboard.press("Enter")
    assert found.evaluate("document.activeElement.id") == "main"
    found.keyboard.press("Tab")
    found.keyboard.press("Tab")
    second = found.locator("details.rule").nth(1)
    assert second.locator("summary").evaluate("one => one === document.activeElement")
    assert second.locator("summary").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    assert not second.evaluate("one => one.open")
    found.keyboard.press("Enter")
    assert second.evaluate("one => one.open")
    assert second.get_by_text("Fix").is_visible()
    reached = {"second"}
    for _ in range(60):
        found.keyboard.press("Tab")
        reached.add(found.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')"))
    folds = found.locator("summary").all_text_contents()
    assert {" ".join(one.split()) for one in folds[2:]} <= reached
    found.close()


def test_dark_mode_changes_the_colours_and_keeps_the_words(browser: Browser, pages: dict[str, Path]) -> None:
    seen: dict[str, tuple[int, int, str]] = {}
    for scheme in SCHEMES:
        found = opened(browser, pages["examples"], scheme=scheme)
        colours = found.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
            " getComputedStyle(document.querySelector('.chart text')).fill]"
            ".map(one => one.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0))"
        )
        seen[scheme] = (colours[0] - colours[1], colours[0] - colours[2], found.inner_text("main"))
        found.close()
    assert seen["light"][0] > 300 > -300 > seen["dark"][0]
    assert seen["light"][1] > 200 > -200 > seen["dark"][1]
    assert seen["light"][2] == seen["dark"][2]


@pytest.mark.parametrize("name", ["examples", "quoting"])
@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_axe_has_nothing_to_say(
    browser: Browser, pages: dict[str, Path], name: str, scheme: Literal["light", "dark"], rules: dict[str, Any]
) -> None:
    """WCAG 2 A and AA, and axe's best practices: contrast, names, landmarks, the order of headings."""
    found = opened(browser, pages[name], scheme=scheme)
    unfold(found)
    driver: Any = axe.Axe()
    report = driver.run(found, options=rules).response
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in report["violations"]] == []
    assert "color-contrast" in {one["id"] for one in report["passes"]}
    found.close()


@pytest.mark.parametrize(("width", "shown"), [(TELEPHONE, "narrow"), (1200, "wide")])
def test_charts_are_drawn_for_the_screen_and_told_in_words(
    browser: Browser, pages: dict[str, Path], width: int, shown: str
) -> None:
    found = opened(browser, pages["service"], width=width)
    charts = found.get_by_role("img")
    assert charts.count() == 2
    for at in range(2):
        chart = charts.nth(at)
        assert shown in (chart.get_attribute("class") or "")
        assert (chart.get_attribute("aria-label") or "").startswith("Bar chart of ")
        labels = chart.locator(".x text.major")
        boxes = labels.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        assert len(boxes) > 3
        assert all(one["right"] <= other["left"] for one, other in pairwise(boxes))
        assert 10 <= boxes[0]["height"] <= 20
    found.close()


def test_on_paper_everything_is_unfolded(browser: Browser, pages: dict[str, Path]) -> None:
    found = opened(browser, pages["examples"])
    fix = found.locator("details.rule").nth(1).locator("dl.why")
    assert not fix.is_visible()
    found.emulate_media(media="print")
    box = fix.bounding_box()
    assert box is not None
    assert box["height"] > 20
    assert not found.locator("nav").is_visible()
    found.close()
