"""The search box in Chromium: every state, by keyboard and by mouse, under the strictest policy."""

import gzip
import subprocess
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import replies
from tests.browser.box import FAST_CLOCK, Browser
from tests.browser.pages import plain
from tests.browser.stub import SCRIPT, Stub

ROOT = Path(__file__).parents[2]
MAX_GZIPPED_BYTES = 10_000

STATES = {
    "idle": ("", "idle"),
    "answer-english-source": (replies.ENGLISH_SOURCE, "answered"),
    "answer-several-sources": (replies.SEVERAL, "answered"),
    "passages-only": (replies.ONLY_PASSAGES, "passages_only"),
    "no-answer": (replies.NO_ANSWER, "no_answer"),
    "rate-limited": (replies.RATE_LIMITED, "limited"),
    "error": (replies.BROKEN, "failed"),
    "not-ready": (replies.NOT_READY, "not_ready"),
    "rejected": (replies.REJECTED, "rejected"),
    "loading": (replies.SLOW, "loading"),
    "stopped": (replies.CUT_OFF, "unreachable"),
    "hostile": (replies.HOSTILE, "answered"),
}


def test_the_served_file_is_at_most_ten_kilobytes_gzipped() -> None:
    size = len(gzip.compress(SCRIPT.read_bytes(), 9, mtime=0))
    assert size <= MAX_GZIPPED_BYTES, f"{size} bytes, {MAX_GZIPPED_BYTES} allowed"


def test_the_served_file_is_made_from_the_source(tmp_path: Path) -> None:
    made = tmp_path / "made.js"
    source = "service/static/kilde-svar.js"
    command = [
        "node_modules/.bin/esbuild",
        source,
        "--minify",
        "--target=es2022",
        "--charset=utf8",
        f"--outfile={made}",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert made.read_text() == SCRIPT.read_text(), "the served file is stale; run: npm run build"


def test_the_source_passes_the_type_checker() -> None:
    command = ["node_modules/.bin/tsc", "--project", "tsconfig.json", "--listFiles"]
    checked = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "service/static/kilde-svar.js" in checked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", STATES)
def test_every_state_passes_axe_and_the_strictest_policy(
    browser: Browser, service: Stub, name: str, scheme: str
) -> None:
    question, state = STATES[name]
    browser.resize(900, 700)
    browser.emulate(prefers_color_scheme=scheme)
    box = browser.open(service.serve("/", plain(attributes='theme="auto" help-url="/help"')))
    if question:
        box.ask(question, state)
    assert browser.accessibility_violations() == []
    assert browser.violations() == []
    browser.screenshot(f"{name}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_suggestions_pass_axe(browser: Browser, service: Stub, scheme: str) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    box = browser.open(service.serve("/", plain(attributes='theme="auto"')))
    box.input.send_keys("Hv")
    box.suggestions()
    browser.press(Keys.ARROW_DOWN)
    assert browser.accessibility_violations() == []
    browser.screenshot(f"suggestions-{scheme}")


def test_a_norwegian_question_is_answered_from_an_english_source(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    assert box.find("mark").text == "NOK 30 million"
    assert box.find("[part=answer] blockquote").text == replies.NORTRIALS
    assert box.find("[part=answer] blockquote").get_dom_attribute("lang") == "en"
    assert "Kilden er på engelsk" in box.text
    assert service.asked("/v1/ask") == [{"question": replies.ENGLISH_SOURCE, "documents": None}]


def test_an_english_question_is_answered_from_a_norwegian_source(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain("en")))
    box.ask(replies.NORWEGIAN_SOURCE, "answered")
    assert box.find("mark").text == "26 millioner kroner"
    assert box.find("[part=answer] blockquote").get_dom_attribute("lang") == "nb"
    assert "The source is in Norwegian" in box.text
    assert "May be right, check the source" in box.text


def test_every_quote_and_title_has_the_language_of_its_source(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.SEVERAL, "answered")
    assert [quote.get_dom_attribute("lang") for quote in box.find_all("blockquote")] == ["nb", "en", "nb"]
    assert [title.get_dom_attribute("lang") for title in box.find_all("[part=source] bdi")] == ["nb", "en", "nb"]


def test_a_source_opens_at_its_passage_and_the_original_at_its_words(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    own, original = box.find_all("[part=answer] a")
    end = 1604 + len(replies.NORTRIALS)
    assert own.get_dom_attribute("href") == f"{service.address}/documents/{replies.FUNDING[0]}?start=1604&end={end}"
    assert original.get_dom_attribute("href") == (
        "https://example.org/news#top:~:text=%F0%9D%9B%BC%F0%9D%9B%BD%20The%20establishment%20of%20NorTrials%2C,"
        "will%20receive%20NOK%2030%20million."
    )


def test_passages_found_without_an_answer_are_offered_with_the_contact_link(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain(attributes='help-url="/kontakt"')))
    box.ask(replies.NO_ANSWER, "no_answer")
    assert box.find("h2").text == "Fant ikke noe sikkert svar i dokumentene."
    assert len(box.find_all(".hits li")) == 3
    assert box.find("[part=help]").get_dom_attribute("href") == service.address + "/kontakt"


def test_the_contact_link_may_be_a_mail_address_and_nothing_that_runs(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain(attributes='help-url="mailto:hjelp@example.org"')))
    box.ask(replies.NO_ANSWER, "no_answer")
    assert box.find("[part=help]").get_dom_attribute("href") == "mailto:hjelp@example.org"
    browser.run("arguments[0].setAttribute('help-url', 'javascript:alert(8)')", box.element)
    assert box.find_all("[part=help]") == []


def test_a_rate_limit_says_how_long_to_wait(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.RATE_LIMITED, "limited")
    assert "om 7 s" in box.text
    box.find("[part=action]").click()
    browser.until(lambda: len(service.asked("/v1/ask")) == 2, "the second attempt")
    assert box.focused == "input"


def test_a_server_that_stops_mid_question_is_told_and_can_be_tried_again(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.CUT_OFF, "unreachable")
    assert "Får ikke kontakt med localhost" in box.text
    assert box.find("[part=action]").text == "Prøv igjen"


def test_offline_is_told_and_the_question_asked_again_when_back(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.offline(True)
    box.ask(replies.ENGLISH_SOURCE, "offline")
    assert "Du er frakoblet" in box.text
    browser.screenshot("offline-light")
    assert browser.accessibility_violations() == []
    browser.offline(False)
    box.expect("answered")


def test_a_slow_answer_is_told_and_given_up_after_fifteen_seconds(browser: Browser, service: Stub) -> None:
    browser.before_each_page(FAST_CLOCK)
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys(replies.SLOW, Keys.ENTER)
    browser.until(lambda: "lengre tid enn vanlig" in box.text, "the slow message")
    box.expect("timeout")
    assert "for lenge" in box.text
    browser.screenshot("timeout-light")
    assert browser.accessibility_violations() == []


def test_an_answer_that_was_overtaken_is_never_shown(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys(replies.SLOW, Keys.ENTER)
    browser.until(lambda: service.asked("/v1/ask"), "the slow question")
    box.ask(replies.ENGLISH_SOURCE, "answered")
    service.gate.set()
    assert box.find("mark").text == "NOK 30 million"


def test_a_question_can_be_asked_and_its_source_reached_by_keyboard_alone(browser: Browser, service: Stub) -> None:
    service.serve("/documents/" + replies.FUNDING[0], "<!doctype html><title>Kilden</title>")
    box = browser.open(service.serve("/", plain()))
    browser.press(Keys.TAB)
    assert box.focused == "input"
    browser.press(*"nortrials", Keys.ENTER)
    box.expect("no_answer")
    browser.press(Keys.ESCAPE)
    box.expect("idle")
    browser.press(*replies.ENGLISH_SOURCE, Keys.ENTER)
    box.expect("answered")
    assert box.focused == "input"
    order = []
    for _ in range(3):
        browser.press(Keys.TAB)
        order.append(box.focused)
    assert order == ["clear", "button", "source"]
    browser.press(Keys.ENTER)
    browser.until(lambda: browser.driver.title == "Kilden", "the document page")


def test_suggestions_are_a_combobox_that_keys_walk_through(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    assert box.suggestions() == [replies.ENGLISH_SOURCE, "Hvor stort er tilskuddet?"]
    assert box.find_all("[aria-selected=true]") == []
    browser.press(Keys.ARROW_DOWN)
    assert box.input.get_dom_attribute("aria-activedescendant") == "option0"
    browser.press(Keys.ARROW_UP)
    assert box.input.get_dom_attribute("aria-activedescendant") is None
    browser.press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ENTER)
    box.expect("answered")
    assert box.input.get_property("value") == replies.ENGLISH_SOURCE
    assert not box.find("#list").is_displayed()


def test_escape_closes_the_list_first_and_empties_the_field_next(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    box.suggestions()
    browser.press(Keys.ESCAPE)
    assert not box.find("#list").is_displayed()
    assert box.input.get_property("value") == "Hv"
    browser.press(Keys.ESCAPE)
    assert box.input.get_property("value") == ""


def test_a_suggested_question_is_asked_and_a_suggested_document_opened_by_mouse(
    browser: Browser, service: Stub
) -> None:
    service.serve("/documents/state-budget-2024", "<!doctype html><title>Budsjettet</title>")
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    box.suggestions()
    box.find("#option0").click()
    box.expect("answered")
    box.find("[part=clear]").click()
    assert box.focused == "input"
    box.input.send_keys("Stats")
    box.suggestions()
    box.find("#option0").click()
    browser.until(lambda: browser.driver.title == "Budsjettet", "the document page")


def test_fast_typing_asks_for_suggestions_once(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.network_log()
    box.input.send_keys("Hvor mye")
    box.suggestions()
    asked = [address for address in browser.network_log() if "/v1/suggest" in address]
    assert asked == [service.address + "/v1/suggest?q=Hvor%20mye"]


def test_a_screen_reader_meets_a_combobox_a_status_and_the_results(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.input.send_keys("Hv")
    box.suggestions()
    browser.press(Keys.ARROW_DOWN)
    tree = browser.accessibility_tree()
    (combobox,) = [node for node in tree if node["role"] == "combobox"]
    assert (combobox["name"], combobox["expanded"], combobox["autocomplete"]) == ("Still et spørsmål", True, "list")
    options = [node for node in tree if node["role"] == "option"]
    assert [option["name"] for option in options] == [
        f"{replies.ENGLISH_SOURCE} Spørsmål",
        "Hvor stort er tilskuddet? Spørsmål",
    ]
    assert [option["selected"] for option in options] == [True, False]
    browser.press(Keys.ENTER)
    box.expect("answered")
    box.expect_status("Svar: 1 kilde")
    tree = browser.accessibility_tree()
    roles = {node["role"]: node for node in tree}
    assert roles["search"]["name"] == "Still et spørsmål"
    assert (roles["status"]["live"], roles["status"]["atomic"]) == ("polite", True)
    assert {"blockquote", "mark", "link", "heading"} <= set(roles)
    assert [node["name"] for node in tree if node["role"] == "heading"] == ["Intranett", "Svar"]


def test_the_same_outcome_twice_is_announced_twice(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    for _ in range(2):
        box.ask(replies.NO_ANSWER, "no_answer")
        box.expect_status("Fant ikke noe sikkert svar i dokumentene.")
        browser.run(
            "const status = arguments[0]; window.changes = 0;"
            "new MutationObserver((seen) => (window.changes += seen.length)).observe(status, {childList: true})",
            box.find("[part=status]"),
        )
    box.ask(replies.NO_ANSWER, "no_answer")
    browser.until(lambda: browser.run("return window.changes") >= 2, "a changed text node")


def test_what_documents_contain_stays_text(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.HOSTILE, "answered")
    quote = box.find("[part=answer] blockquote")
    assert browser.run("return arguments[0].textContent", quote) == replies.HOSTILE_QUOTE
    assert box.find("mark").text == "<b>30</b>"
    assert box.find_all("[part=answer] img, [part=answer] script, [part=answer] b, [part=answer] a") == []
    assert browser.run("return arguments[0].textContent", box.find("[part=answer] bdi")) == replies.HOSTILE_TITLE
    box.input.clear()
    box.input.send_keys('">')
    assert box.suggestions() != []
    assert box.find_all("#list img, #list script") == []
    assert browser.violations() == []


def test_feedback_is_sent_at_once_and_its_reason_after(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    no = box.find("[role=group] button:nth-of-type(2)")
    no.click()
    assert no.get_dom_attribute("aria-pressed") == "true"
    browser.until(lambda: service.asked("/v1/feedback"), "the vote")
    browser.screenshot("feedback-light")
    assert browser.accessibility_violations() == []
    box.find("#why").send_keys("Feil år", Keys.ENTER)
    browser.until(lambda: len(service.asked("/v1/feedback")) == 2, "the reason")
    vote = {"answer_id": replies.REPLY_ID, "helpful": False}
    assert service.asked("/v1/feedback") == [vote, {**vote, "reason": "Feil år"}]
    assert box.focused == "action"


def test_a_copied_answer_carries_its_source(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.NORWEGIAN_SOURCE, "answered")
    browser.run(
        "window.copied = '';"
        "document.addEventListener('copy', (event) => (window.copied = event.composedPath()[0].value ?? ''), true);"
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
    )
    button = box.find("[part=feedback] button")
    button.click()
    browser.until(lambda: button.text == "Kopiert", "the copied message")
    address = f"{service.address}/documents/state-budget-2024?start=2400&end={2400 + len(replies.FACILITIES)}"
    assert browser.run("return window.copied") == f"“{replies.FACILITIES}” ({replies.BUDGET[1]}, {address})"
    assert box.focused == "action"
