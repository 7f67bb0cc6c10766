"""The recipes in examples/embed, each on a page of another site, against the real service."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.box import ROOT, Browser
from tests.browser.stub import Stub

EXAMPLES = ROOT / "examples/embed"
PLACEHOLDER = "https://sok.example.no"
QUESTION = "Hvor mye får NorTrials?"

# What WordPress would do with the plugin: keep its shortcode and filter, then build a page with one shortcode.
WORDPRESS = r"""
$shortcodes = []; $filters = []; $queued = [];
function add_shortcode($name, $make) { $GLOBALS['shortcodes'][$name] = $make; }
function add_filter($name, $change) { $GLOBALS['filters'][$name] = $change; }
function shortcode_atts($known, $given) { return array_merge($known, array_intersect_key($given, $known)); }
function esc_attr($text) { return htmlspecialchars($text); }
function esc_url($text) { return htmlspecialchars($text); }
function wp_enqueue_script($handle, $source) { $GLOBALS['queued'][$handle] = $source; }
require $argv[1];
$hostile = ['onclick' => 'alert(1)', 'help-url' => '"><script>alert(2)</script>'];
$body = $shortcodes['kilde_svar'](['lang' => 'en', ...$hostile]);
echo '<!doctype html><html lang="nb"><meta charset="utf-8"><title>WordPress</title>';
echo '<main><h1>Blogg</h1>', $body, '</main>';
foreach ($queued as $handle => $source) {
    echo $filters['script_loader_tag']("<script type='text/javascript' src='$source'></script>", $handle);
}
"""


def example(name: str, service: str) -> str:
    return (EXAMPLES / name).read_text("utf-8").replace(PLACEHOLDER, service)


def bundled(name: str, tmp_path: Path) -> str:
    made = tmp_path / name
    define = ['--define:process.env.NODE_ENV="production"', "--define:__VUE_OPTIONS_API__=false"]
    command = [
        "npx",
        "--no",
        "esbuild",
        f"examples/embed/{name}",
        "--bundle",
        "--format=esm",
        f"--outfile={made}",
        *define,
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return made.read_text("utf-8")


@pytest.mark.parametrize("name", ["plain.html", "strict-csp.html", "dark-hostile.html"])
def test_a_page_with_the_box_gets_an_answer(browser: Browser, kildesvar: str, guest: Stub, name: str) -> None:
    browser.resize(900, 700)
    box = browser.open(guest.serve("/" + name, example(name, kildesvar), policy=""))
    box.ask(QUESTION, "answered")
    assert browser.violations() == []
    browser.screenshot("example-" + name.removesuffix(".html"))


@pytest.mark.parametrize("name", ["plain.html", "strict-csp.html", "dark-hostile.html"])
def test_the_box_itself_passes_axe_on_each_page(browser: Browser, kildesvar: str, guest: Stub, name: str) -> None:
    box = browser.open(guest.serve("/" + name, example(name, kildesvar), policy=""))
    box.ask(QUESTION, "answered")
    assert [one for one in browser.accessibility_violations() if "Intranet" not in one] == []


def test_the_form_of_the_plain_page_works_without_scripts(browser: Browser, kildesvar: str, guest: Stub) -> None:
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.driver.get(guest.serve("/plain.html", example("plain.html", kildesvar), policy=""))
    field = browser.driver.find_element("css selector", "kilde-svar input")
    field.send_keys(QUESTION)
    field.submit()
    browser.until(lambda: browser.driver.find_elements("css selector", ".answer"), "the answer page")
    assert browser.driver.current_url.startswith(kildesvar)


def test_the_iframe_grows_with_its_answer(browser: Browser, kildesvar: str, guest: Stub) -> None:
    browser.driver.get(guest.serve("/iframe.html", example("iframe.html", kildesvar), policy=""))
    frame = browser.driver.find_element("tag name", "iframe")
    browser.driver.switch_to.frame(frame)
    browser.box().ask(QUESTION, "answered")
    browser.driver.switch_to.default_content()
    browser.until(lambda: frame.get_dom_attribute("height") != "520", "another height")


@pytest.mark.parametrize("name", ["react", "vue"])
def test_a_framework_renders_the_box_and_hears_its_events(
    browser: Browser, kildesvar: str, guest: Stub, tmp_path: Path, name: str
) -> None:
    guest.serve(f"/{name}.js", bundled(f"{name}.js", tmp_path), policy="")
    browser.driver.get(guest.serve(f"/{name}.html", example(f"{name}.html", kildesvar), policy=""))
    browser.until(lambda: browser.driver.find_elements("tag name", "kilde-svar"), "the component")
    box = browser.box()
    assert box.element.get_dom_attribute("help-url") == "/kontakt"
    box.ask(QUESTION, "answered")
    browser.until(lambda: browser.driver.find_element("tag name", "output").text == "answered", "the event")


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_the_wordpress_shortcode_gives_a_working_box(
    browser: Browser, kildesvar: str, guest: Stub, tmp_path: Path
) -> None:
    plugin = tmp_path / "kildesvar.php"
    plugin.write_text(example("wordpress.php", kildesvar), "utf-8")
    command = ["php", "-d", "error_reporting=E_ALL", "-r", WORDPRESS, "--", str(plugin)]
    page = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "onclick" not in page
    box = browser.open(guest.serve("/wordpress", page, policy=""))
    assert box.find("label").text == "Ask a question"
    box.ask(QUESTION, "answered")
    assert browser.violations() == []
