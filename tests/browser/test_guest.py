"""The search box as a guest: it follows the page around it, and leaves that page and the network alone."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import replies
from tests.browser.box import Box, Browser
from tests.browser.pages import plain
from tests.browser.stub import Stub, running


@pytest.mark.parametrize(
    ("lang", "label"),
    [
        ("no", "Still et spørsmål"),
        ("nb-NO", "Still et spørsmål"),
        ("nn", "Still eit spørsmål"),
        ("en-GB", "Ask a question"),
        ("de", "Ask a question"),
    ],
)
def test_the_box_speaks_the_language_of_the_page(browser: Browser, service: Stub, lang: str, label: str) -> None:
    box = browser.open(service.serve("/", plain(lang)))
    assert box.find("label").text == label
    assert box.find(".root").get_dom_attribute("lang") == {"no": "nb", "nb-NO": "nb", "nn": "nn"}.get(lang, "en")


def test_the_box_follows_when_the_page_changes_language(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain("nb")))
    box.ask(replies.NO_ANSWER, "no_answer")
    browser.run("document.documentElement.lang = 'nn'")
    browser.until(lambda: "Fann ikkje" in box.text, "nynorsk")
    assert box.find("button.ask").text == "Søk"


def test_a_key_of_the_page_moves_focus_into_the_box(browser: Browser, service: Stub) -> None:
    page = plain(attributes='shortcut="mod+k /"').replace("</main>", '<input id="other" aria-label="x"></main>')
    box = browser.open(service.serve("/", page))
    browser.press_with(Keys.CONTROL, "k")
    assert box.focused == "input"
    other = browser.driver.find_element("id", "other")
    other.click()
    browser.press("/")
    assert (box.focused, other.get_property("value")) == ("", "/")
    browser.run("document.activeElement.blur()")
    browser.press("/")
    assert box.focused == "input"
    assert box.input.get_property("value") == ""


def test_a_slash_is_left_alone_unless_asked_for(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.press("/")
    assert box.focused == ""


def test_two_boxes_on_a_page_do_not_disturb_each_other(browser: Browser, service: Stub) -> None:
    page = plain().replace("</main>", '<kilde-svar lang="en" label="Ask again"></kilde-svar></main>')
    first = browser.open(service.serve("/", page))
    second = browser.box(1)
    first.ask(replies.ENGLISH_SOURCE, "answered")
    second.ask(replies.NO_ANSWER, "no_answer")
    assert first.state == "answered"
    assert second.find("label").text == "Ask again"
    browser.press(Keys.TAB)
    browser.run("document.activeElement.blur()")
    browser.press_with(Keys.CONTROL, "k")
    assert [first.focused, second.focused] == ["input", ""]
    assert browser.accessibility_violations() == []


def test_a_box_inside_another_shadow_root_works_and_takes_its_language(browser: Browser, service: Stub) -> None:
    service.serve(
        "/outer.js",
        "const root = document.querySelector('#outer').attachShadow({mode: 'open'});"
        "root.append(document.createElement('kilde-svar'));"
        "document.addEventListener('kilde-answer', (event) => (window.heard = event.detail));",
    )
    page = plain("en").replace(
        "</main>", '<div id="outer" lang="nn"></div></main><script src="/outer.js" defer></script>'
    )
    browser.driver.get(service.serve("/", page))
    outer = browser.driver.find_element("id", "outer").shadow_root
    box = Box(browser, outer.find_element("css selector", "kilde-svar"))
    assert box.find("label").text == "Still eit spørsmål"
    box.ask(replies.ENGLISH_SOURCE, "answered")
    heard = browser.run("return window.heard")
    assert heard == {"id": replies.REPLY_ID, "outcome": "answered", "language": "nb", "citations": 1, "ms": 9.1}


def test_events_tell_the_question_only_when_asked_to(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.run(
        "window.heard = [];"
        "for (const name of ['kilde-query', 'kilde-noanswer', 'kilde-error'])"
        " document.addEventListener(name, (event) => heard.push([name, event.detail.question ?? null]));"
    )
    box.ask(replies.NO_ANSWER, "no_answer")
    browser.run("arguments[0].setAttribute('events-include-query', '')", box.element)
    box.ask(replies.BROKEN, "failed")
    assert browser.run("return window.heard") == [
        ["kilde-query", None],
        ["kilde-noanswer", None],
        ["kilde-query", replies.BROKEN],
        ["kilde-error", None],
    ]


def test_a_page_can_keep_a_source_from_opening(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.run(
        "document.addEventListener('kilde-open-source',"
        " (event) => (event.preventDefault(), (window.opened = event.detail.document_id)))"
    )
    box.ask(replies.ENGLISH_SOURCE, "answered")
    box.find("[part=answer] a").click()
    assert browser.run("return window.opened") == replies.FUNDING[0]
    assert box.state == "answered"


def test_the_page_can_use_its_own_words_and_ask_for_the_reader(browser: Browser, service: Stub) -> None:
    browser.before_each_page(
        "document.addEventListener('DOMContentLoaded', () => {"
        " document.querySelector('kilde-svar').strings = {submit: 'Finn', none: 'Vi vet ikke.'}; }, {capture: true});"
    )
    box = browser.open(service.serve("/", plain()))
    outcome = browser.driver.execute_async_script(
        "arguments[0].ask(arguments[1]).then((reply) => arguments[2](reply.outcome))", box.element, replies.NO_ANSWER
    )
    assert outcome == "no_answer"
    assert "Vi vet ikke." in box.text
    browser.run("arguments[0].clear()", box.element)
    assert (box.state, box.input.get_property("value")) == ("idle", "")


def test_nothing_is_stored_and_no_other_host_is_asked(browser: Browser, service: Stub) -> None:
    browser.open(service.serve("/", plain()))
    browser.network_log()
    browser.driver.refresh()
    box = browser.box()
    box.input.send_keys("Hv")
    box.suggestions()
    box.ask(replies.ENGLISH_SOURCE, "answered")
    box.find("[role=group] button").click()
    browser.until(lambda: service.asked("/v1/feedback"), "the vote")
    asked = browser.network_log()
    assert {address.removeprefix(service.address).partition("?")[0] for address in asked} == {
        "/",
        "/widget/v1/kilde-svar.js",
        "/v1/suggest",
        "/v1/ask",
        "/v1/feedback",
    }
    assert browser.driver.get_cookies() == []
    assert browser.run("return localStorage.length + sessionStorage.length") == 0
    databases = browser.driver.execute_async_script("indexedDB.databases().then(arguments[0])")
    assert databases == []


def test_a_foreign_page_that_is_not_allowed_reads_nothing(browser: Browser, service: Stub) -> None:
    with running() as host:
        page = plain(attributes=f'endpoint="{service.address}"')
        policy = f"default-src 'none'; script-src 'self'; connect-src 'self' {service.address}"
        box = browser.open(host.serve("/", page, policy))
        box.ask(replies.ENGLISH_SOURCE, "unreachable")
        service.allowed_origin = host.address
        box.ask(replies.ENGLISH_SOURCE, "answered")
        box.ask(replies.RATE_LIMITED, "limited")
        assert "om 7 s" in box.text
        assert browser.violations() == []


def test_a_token_goes_along_when_the_page_provides_one(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    browser.run(
        "window.sent = []; const real = window.fetch;"
        "window.fetch = (url, options) => (sent.push(options.headers.Authorization ?? null), real(url, options));"
    )
    box.ask(replies.NO_ANSWER, "no_answer")
    browser.run("arguments[0].tokenProvider = async () => 'abc'", box.element)
    box.ask(replies.NO_ANSWER, "no_answer")
    browser.until(lambda: len(browser.run("return window.sent")) == 2, "both requests")
    assert browser.run("return window.sent") == [None, "Bearer abc"]


def test_without_scripts_the_form_in_the_page_is_there(browser: Browser, service: Stub) -> None:
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.driver.get(service.serve("/", plain()))
    form = browser.driver.find_element("css selector", "kilde-svar form")
    assert form.is_displayed()


def test_the_form_in_the_page_gives_way_to_the_box(browser: Browser, service: Stub) -> None:
    browser.open(service.serve("/", plain()))
    assert not browser.driver.find_element("css selector", "kilde-svar form").is_displayed()


def test_a_script_that_is_loaded_twice_does_no_harm(browser: Browser, service: Stub) -> None:
    again = '</main><script type="module" src="/widget/v1/kilde-svar.js?again"></script>'
    box = browser.open(service.serve("/", plain().replace("</main>", again)))
    box.ask(replies.NO_ANSWER, "no_answer")
    assert [line for line in browser.console() if "already" in line] == []


def test_a_blank_question_changes_nothing(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.SLOW, "loading")
    assert browser.driver.execute_async_script("arguments[0].ask('  ').then(arguments[1])", box.element) is None
    service.gate.set()
    box.expect("no_answer")


def test_a_box_that_is_moved_keeps_its_answer(browser: Browser, service: Stub) -> None:
    box = browser.open(service.serve("/", plain()))
    box.ask(replies.ENGLISH_SOURCE, "answered")
    browser.run("document.body.append(arguments[0])", box.element)
    assert box.find("mark").text == "NOK 30 million"
    box.ask(replies.NO_ANSWER, "no_answer")
