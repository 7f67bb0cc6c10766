"""How the search box looks and measures: any width, scheme, motion, and whatever style sheet is around it."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import replies
from tests.browser.box import Browser
from tests.browser.pages import plain
from tests.browser.stub import Stub

HOSTILE_STYLE = """
* { font: 40px/1 fantasy !important; color: lime !important; letter-spacing: 9px !important; text-transform: uppercase;
    border: 5px dashed red !important; float: left; }
html { font-size: 62.5%; background: #111; color-scheme: dark }
div:empty { display: none } input, button { display: none !important } form { position: fixed !important }
"""
READ_STYLE = "return getComputedStyle(arguments[0])[arguments[1]]"
LONG = (replies.ENGLISH_SOURCE, replies.SEVERAL, replies.HOSTILE)


def test_a_hostile_style_sheet_does_not_reach_in(browser: Browser, service: Stub) -> None:
    calm = browser.open(service.serve("/", plain()))
    looks = "const s = getComputedStyle(arguments[0]); return [s.fontSize, s.letterSpacing, s.textTransform, s.display]"
    expected = browser.run(looks, calm.input)
    page = plain().replace("<main>", f"<style>{HOSTILE_STYLE}</style><main>")
    box = browser.open(service.serve("/hostile", page, policy=""))
    assert browser.run(looks, box.input) == expected
    box.ask(replies.ENGLISH_SOURCE, "answered")
    browser.screenshot("hostile-host-dark")


def test_variables_and_parts_restyle_the_box(browser: Browser, service: Stub) -> None:
    style = "kilde-svar { --kilde-svar-accent: rgb(120, 0, 60) } kilde-svar::part(quote) { font-style: italic }"
    page = plain().replace("<main>", f"<style>{style}</style><main>")
    box = browser.open(service.serve("/", page, policy=""))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    assert browser.run(READ_STYLE, box.find("[part=button]"), "backgroundColor") == "rgb(120, 0, 60)"
    assert browser.run(READ_STYLE, box.find("blockquote"), "fontStyle") == "italic"


@pytest.mark.parametrize(
    ("scheme", "page", "dark"),  # page: its own color-scheme, and what the box is told
    [
        ("dark", ("normal", ""), False),  # a page that is only light gets a light box
        ("dark", ("light dark", ""), True),
        ("light", ("light dark", ""), False),
        ("dark", ("normal", 'theme="auto"'), True),
        ("light", ("normal", 'theme="dark"'), True),
        ("dark", ("light dark", 'theme="light"'), False),
    ],
)
def test_the_box_is_as_dark_as_the_page_unless_told_otherwise(
    browser: Browser, service: Stub, scheme: str, page: tuple[str, str], dark: bool
) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    root, attributes = page
    box = browser.open(service.serve("/", plain(attributes=attributes)))
    browser.run("document.documentElement.style.colorScheme = arguments[0]", root)
    background = browser.run(READ_STYLE, box.find(".root"), "backgroundColor")
    assert background == ("rgb(21, 26, 33)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("display", ["flex", "inline-block", "grid", "table"])
def test_a_container_that_shrinks_does_not_squeeze_the_box(browser: Browser, service: Stub, display: str) -> None:
    page = plain().replace("<main>", f'<main style="display: {display}">')
    box = browser.open(service.serve("/", page, policy=""))
    assert box.element.size["width"] >= 280


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_width_makes_the_page_scroll_sideways(browser: Browser, service: Stub, width: int) -> None:
    browser.resize(width)
    box = browser.open(service.serve("/", plain()))
    for place, question in enumerate(LONG):
        box.ask(question, "answered")
        assert browser.run("return document.documentElement.scrollWidth") <= width
        browser.screenshot(f"width-{width}-{place}")


def test_at_four_hundred_per_cent_all_is_reached_by_scrolling_down(browser: Browser, service: Stub) -> None:
    browser.resize(1280 // 4, 1024 // 4)  # what zoom does to a page of 1280 by 1024
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    box.suggestions()
    assert browser.run("return document.documentElement.scrollWidth") <= 320
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    box.expect("answered")
    assert browser.run("return document.documentElement.scrollWidth") <= 320


def test_wider_text_spacing_cuts_nothing_off(browser: Browser, service: Stub) -> None:
    browser.resize(320)
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.SEVERAL, "answered")
    # WCAG 2.1, 1.4.12
    browser.run(
        "const sheet = new CSSStyleSheet();"
        "sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em }');"
        "arguments[0].shadowRoot.adoptedStyleSheets.push(sheet)",
        box.element,
    )
    cut_off = browser.run(
        "return [...arguments[0].shadowRoot.querySelectorAll('button, p, a, h2, label')]"
        ".filter((one) => one.checkVisibility() && !one.matches('.sr') && one.scrollWidth > one.clientWidth + 1"
        " && getComputedStyle(one).display !== 'inline').map((one) => one.outerHTML)",
        box.element,
    )
    assert cut_off == []
    assert browser.run("return document.documentElement.scrollWidth") <= 320


def test_without_motion_the_skeleton_stands_still(browser: Browser, service: Stub) -> None:
    browser.emulate(prefers_reduced_motion="reduce")
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.SLOW, "loading")
    assert browser.run(READ_STYLE, box.find(".bar"), "animationName") == "none"


def test_forced_colours_keep_the_chosen_option_visible(browser: Browser, service: Stub) -> None:
    browser.emulate(forced_colors="active")
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    box.suggestions()
    browser.press(Keys.ARROW_DOWN)
    first, second = box.find_all("[role=option]")
    assert browser.run(READ_STYLE, first, "backgroundColor") != browser.run(READ_STYLE, second, "backgroundColor")
    browser.press(Keys.ENTER)
    box.expect("answered")
    browser.screenshot("forced-colours")


def test_targets_are_large_enough_to_hit(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    heights = browser.run(
        "return [...arguments[0].shadowRoot.querySelectorAll('button, input, summary')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)",
        box.element,
    )
    assert min(heights) >= 24
