"""Our own pages and the embedded box against the real service: whole journeys, with and without scripts."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.box import Browser
from tests.browser.stub import Stub, running

NORWEGIAN_QUESTION = "Hvor mye får NorTrials?"
ENGLISH_QUESTION = "How much money did the Predi-Lynch project receive from the EU?"
HOST_POLICY = "default-src 'none'; script-src {service}; connect-src {service}"

WITH_BOX = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Intranett</title>
<script type="module" src="{service}/widget/v1/kilde-svar.js"></script>
<main><h1>Intranett</h1><kilde-svar></kilde-svar></main></html>"""


def in_view(browser: Browser, selector: str) -> bool:
    """Whether an element lies within the window."""
    return bool(
        browser.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return box.top >= 0 && box.bottom <= innerHeight",
            selector,
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_search_page_passes_axe_and_its_own_policy(browser: Browser, kildesvar: str, scheme: str) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    browser.resize(1280, 900)
    box = browser.open(f"{kildesvar}/?lang=nb&q={NORWEGIAN_QUESTION}")
    box.expect("answered")
    assert browser.accessibility_violations() == []
    assert browser.violations() == []
    browser.screenshot(f"page-home-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_document_page_passes_axe_and_its_own_policy(browser: Browser, kildesvar: str, scheme: str) -> None:
    browser.emulate(prefers_color_scheme=scheme)
    browser.resize(1280, 900)
    browser.driver.get(f"{kildesvar}/documents/state-budget-2024?start=2000&end=2100#passage")
    assert browser.accessibility_violations() == []
    assert browser.violations() == []
    browser.screenshot(f"page-document-{scheme}", whole=False)


@pytest.mark.parametrize("page", ["/embed", "/docs", "/?q=???", "/?q=Hvem+vant+cupfinalen"])
def test_all_other_pages_pass_axe_too(browser: Browser, kildesvar: str, page: str) -> None:
    browser.driver.get(kildesvar + page)
    assert browser.accessibility_violations() == []
    assert browser.violations() == []


@pytest.mark.parametrize("page", ["/", "/documents/cancer-mission-hub-report", "/embed", "/docs"])
def test_pages_fit_a_narrow_window(browser: Browser, kildesvar: str, page: str) -> None:
    browser.resize(320, 700)
    browser.driver.get(kildesvar + page)
    assert browser.run("return document.documentElement.scrollWidth") <= 320
    browser.screenshot("page-320-" + (page.strip("/").split("/")[0] or "home"))


def test_a_norwegian_question_leads_to_the_marked_sentence_of_an_english_document(
    browser: Browser, kildesvar: str
) -> None:
    box = browser.open(kildesvar + "/?lang=nb")
    browser.run("document.querySelector('#box').focus()")
    browser.press(*NORWEGIAN_QUESTION, Keys.ENTER)
    box.expect("answered")
    quote = box.find("[part=answer] blockquote").text
    assert box.find("[part=answer] blockquote").get_dom_attribute("lang") == "en"
    assert "Kilden er på engelsk" in box.text
    for _ in range(3):
        browser.press(Keys.TAB)
    assert box.focused == "source"
    browser.press(Keys.ENTER)
    browser.until(lambda: "/documents/" in browser.driver.current_url, "the document page")
    assert browser.driver.find_element("id", "passage").text == quote
    browser.until(lambda: in_view(browser, "#passage"), "the passage in view")
    browser.screenshot("page-document-passage", whole=False)


def test_an_english_question_leads_to_the_marked_sentence_of_a_norwegian_document(
    browser: Browser, kildesvar: str
) -> None:
    box = browser.open(kildesvar + "/?lang=en")
    box.ask(ENGLISH_QUESTION, "answered")
    quote = box.find("[part=answer] blockquote").text
    assert "The source is in Norwegian" in box.text
    box.find("[part=answer] a").click()
    browser.until(lambda: "/documents/" in browser.driver.current_url, "the document page")
    assert browser.driver.find_element("id", "passage").text == quote
    browser.until(lambda: in_view(browser, "#passage"), "the passage in view")


def test_without_scripts_the_form_gives_the_same_answer_and_citation(browser: Browser, kildesvar: str) -> None:
    box = browser.open(f"{kildesvar}/?q={NORWEGIAN_QUESTION}&lang=nb")
    box.expect("answered")
    quote = box.find("[part=answer] blockquote").text
    source = box.find("[part=answer] a").get_property("href")
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.driver.get(kildesvar + "/?lang=nb")
    browser.driver.find_element("id", "q").send_keys(NORWEGIAN_QUESTION, Keys.ENTER)
    browser.until(lambda: browser.driver.find_elements("css selector", ".answer"), "the answer page")
    assert browser.driver.find_element("css selector", ".answer").text == quote
    assert browser.driver.find_element("css selector", ".result p a").get_property("href") == source
    assert "Kilden er på engelsk" in browser.driver.find_element("css selector", ".result").text
    browser.screenshot("page-home-without-scripts")


def test_the_question_stays_in_the_address_and_back_brings_the_one_before(browser: Browser, kildesvar: str) -> None:
    box = browser.open(kildesvar + "/")
    box.ask(NORWEGIAN_QUESTION, "answered")
    box.ask(ENGLISH_QUESTION, "answered")
    assert "Predi-Lynch" in browser.driver.current_url
    browser.driver.back()
    browser.until(lambda: box.input.get_property("value") == NORWEGIAN_QUESTION, "the question before")


def test_the_snippet_follows_the_choices_and_the_preview_with_it(browser: Browser, kildesvar: str) -> None:
    browser.driver.get(kildesvar + "/?lang=nb")
    browser.until(lambda: browser.driver.find_element("id", "preview").is_displayed(), "the preview")
    snippet = browser.driver.find_element("id", "snippet")
    assert f'src="{kildesvar}/widget/v1/kilde-svar.js"' in snippet.text
    browser.driver.find_element("css selector", "[name=language]").send_keys("English")
    browser.driver.find_element("css selector", "[name=pinned]").click()
    assert '<kilde-svar lang="en">' in snippet.text
    assert 'integrity="sha384-' in snippet.text
    assert browser.box(1).find("label").text == "Try the box"


def test_a_suggested_heading_opens_its_place_in_the_document(browser: Browser, kildesvar: str) -> None:
    box = browser.open(kildesvar + "/")
    box.input.send_keys("helsekatpult")  # with a slip
    assert box.suggestions() == ["Kartlegger helsekatapult"]
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until(lambda: "#h" in browser.driver.current_url, "the document page")
    heading = browser.driver.find_element("css selector", ":target")
    assert heading.text == "Kartlegger helsekatapult"


def test_the_contents_lead_to_every_heading_by_keyboard(browser: Browser, kildesvar: str) -> None:
    browser.driver.get(kildesvar + "/documents/health-industry-roadmap?lang=en")
    links = browser.driver.find_elements("css selector", ".contents a")
    targets = [str(link.get_dom_attribute("href")) for link in links]
    assert len(targets) > 20
    assert all(browser.driver.find_elements("css selector", target) for target in targets)
    browser.run("arguments[0].focus()", links[-1])
    browser.press(Keys.ENTER)
    browser.until(lambda: in_view(browser, targets[-1]), "the last heading in view")


def test_an_allowed_site_embeds_the_box_with_two_directives(browser: Browser, kildesvar: str, guest: Stub) -> None:
    policy = HOST_POLICY.format(service=kildesvar) + "; require-trusted-types-for 'script'; trusted-types 'none'"
    box = browser.open(guest.serve("/plain", WITH_BOX.format(service=kildesvar, lang="nn"), policy))
    browser.network_log()
    box.ask(NORWEGIAN_QUESTION, "answered")
    assert browser.violations() == []
    asked = browser.network_log()
    assert asked
    assert [address for address in asked if not address.startswith(kildesvar)] == []


def test_a_site_that_is_not_allowed_loads_the_box_and_reads_nothing(browser: Browser, kildesvar: str) -> None:
    with running() as stranger:
        box = browser.open(stranger.serve("/", WITH_BOX.format(service=kildesvar, lang="nb"), policy=""))
        box.ask(NORWEGIAN_QUESTION, "unreachable")
        for path in ("/v1/ask?q=NorTrials", "/v1/documents", "/v1/suggest?q=kreft", "/"):
            read = browser.driver.execute_async_script(
                "fetch(arguments[0]).then((r) => r.text()).catch(() => null).then(arguments[1])", kildesvar + path
            )
            assert read is None, path


def test_a_pinned_script_runs_and_a_changed_one_does_not(browser: Browser, kildesvar: str, guest: Stub) -> None:
    browser.driver.get(kildesvar + "/")
    section = browser.driver.find_element("id", "embedding")
    path, seal = (section.get_dom_attribute(name) for name in ("data-pinned", "data-integrity"))
    tag = '<script type="module" src="{}" integrity="{}" crossorigin="anonymous"></script><kilde-svar></kilde-svar>'
    box = browser.open(guest.serve("/pinned", tag.format(f"{kildesvar}{path}", seal), policy=""))
    assert box.find("label").is_displayed()
    changed = str(seal)[:-4] + "AAA="
    browser.driver.get(guest.serve("/changed", tag.format(f"{kildesvar}{path}", changed), policy=""))
    assert browser.run("return customElements.get('kilde-svar') === undefined")


FRAMED = """<!doctype html><html lang="nb"><meta charset="utf-8"><title>Intranett</title><main><h1>Intranett</h1>
<iframe title="Søk i dokumentene" src="{service}/embed?lang=nb" width="600" height="100"></iframe></main>
<script>addEventListener('message', (event) => {{
  const frame = document.querySelector('iframe');
  if (event.origin !== '{service}' || event.source !== frame.contentWindow) return;
  if (event.data.type === 'kilde-svar:height') frame.height = event.data.height;
}});</script></html>"""


def test_an_iframe_on_an_allowed_site_grows_with_its_answer(browser: Browser, kildesvar: str, guest: Stub) -> None:
    browser.driver.get(guest.serve("/framed", FRAMED.format(service=kildesvar), policy=""))
    frame = browser.driver.find_element("tag name", "iframe")
    browser.driver.switch_to.frame(frame)
    box = browser.box()
    box.input.send_keys("stats")
    box.suggestions()
    box.input.clear()
    box.ask(NORWEGIAN_QUESTION, "answered")
    assert box.find("[part=answer] a").get_dom_attribute("target") == "_blank"
    assert "(åpnes i ny fane)" in str(box.find("[part=answer] a").get_property("textContent"))
    needed = browser.run("return document.querySelector('main').getBoundingClientRect().height")
    browser.driver.switch_to.default_content()
    browser.until(lambda: int(str(frame.get_dom_attribute("height"))) >= needed, "the frame's height")
    browser.screenshot("page-framed")


def test_an_iframe_on_any_other_site_stays_empty(browser: Browser, kildesvar: str) -> None:
    with running() as stranger:
        browser.driver.get(stranger.serve("/framed", FRAMED.format(service=kildesvar), policy=""))
        browser.driver.switch_to.frame(browser.driver.find_element("tag name", "iframe"))
        assert browser.driver.find_elements("tag name", "kilde-svar") == []
        browser.driver.switch_to.default_content()


def test_the_service_sets_no_cookie_and_its_pages_ask_no_other_host(browser: Browser, kildesvar: str) -> None:
    browser.network_log()
    box = browser.open(kildesvar + "/")
    box.ask(NORWEGIAN_QUESTION, "answered")
    browser.driver.get(kildesvar + "/documents/state-budget-2024")
    asked = browser.network_log()
    assert asked
    assert [address for address in asked if not address.startswith(kildesvar)] == []
    assert browser.driver.get_cookies() == []
