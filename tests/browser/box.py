"""What the browser tests do and see: one browser, the search boxes in it, and their states."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "tests/output"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PATIENCE_S = 10
POLL_S = 0.02

WATCH_POLICY = """
window.violations = [];
addEventListener('securitypolicyviolation', (event) =>
    violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));
window.alert = (text) => violations.push('alert ' + text);
"""
FAST_CLOCK = "const realTimeout = setTimeout; window.setTimeout = (run, ms) => realTimeout(run, ms / 20);"


class Browser:
    """A Chromium under test, with what WebDriver has no word for."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        """Watches every page that will be opened for policy violations."""
        self.driver = driver
        self._scripts: list[str] = []
        self.before_each_page(WATCH_POLICY)
        self.network_log()

    def reset(self) -> None:
        """Undoes what a test changed."""
        for script in self._scripts:
            self.command("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
        self.emulate()
        self.command("Emulation.setScriptExecutionDisabled", value=False)
        self.command("Emulation.clearDeviceMetricsOverride")
        self.offline(False)
        self.driver.get("about:blank")

    def command(self, name: str, **parameters: Any) -> Any:
        """Sends one DevTools command."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def before_each_page(self, script: str) -> None:
        """Runs a script in every page before its own."""
        added = self.command("Page.addScriptToEvaluateOnNewDocument", source=script)
        self._scripts.append(added["identifier"])

    def emulate(self, **features: str) -> None:
        """Sets media features, underscores for hyphens: `prefers_color_scheme="dark"`; none given clears them."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.command("Emulation.setEmulatedMedia", features=named)

    def resize(self, width: int, height: int = 800) -> None:
        """Gives the page a viewport, in CSS pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def offline(self, is_offline: bool) -> None:
        """Unplugs the network, or puts it back."""
        self.command("Network.enable")
        self.command(
            "Network.emulateNetworkConditions",
            offline=is_offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def network_log(self) -> list[str]:
        """Returns the addresses asked for since the last call, as the browser itself logged them."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]  # type: ignore[no-untyped-call]
        sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [message["params"]["request"]["url"] for message in sent]

    def console(self) -> list[str]:
        """Returns the browser's complaints since the last call."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def open(self, address: str) -> "Box":
        """Opens a page and returns its first box."""
        self.driver.get(address)
        return self.box()

    def box(self, index: int = 0) -> "Box":
        """Returns one of the boxes on the page."""
        return Box(self, self.driver.find_elements("css selector", "kilde-svar")[index])

    def run(self, script: str, *arguments: object) -> Any:
        """Runs a script in the page and returns its value."""
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        """Presses keys one after another, wherever focus is."""
        for key in keys:
            ActionChains(self.driver, duration=0).send_keys(key).perform()

    def press_with(self, modifier: str, key: str) -> None:
        """Presses a key while a modifier is held."""
        ActionChains(self.driver, duration=0).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def until(self, condition: Callable[[], T], what: str) -> T:
        """Waits for a condition to hold and returns its value."""
        waiting = WebDriverWait(self.driver, PATIENCE_S, poll_frequency=POLL_S)
        return waiting.until(lambda _: condition(), f"waited {PATIENCE_S} s for {what}")

    def violations(self) -> list[str]:
        """Returns the page's policy violations, and the scripts that got to run without being asked."""
        return list(self.run("return window.violations"))

    def accessibility_violations(self) -> list[str]:
        """Returns what axe-core finds, as readable lines."""
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then((result) => done(result.violations));"
        )
        return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in found]

    def accessibility_tree(self) -> list[dict[str, Any]]:
        """Returns the nodes a screen reader meets: role, name and properties."""
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        return [
            {
                "role": node.get("role", {}).get("value"),
                "name": node.get("name", {}).get("value", ""),
                **{each["name"]: each["value"].get("value") for each in node.get("properties", [])},
            }
            for node in nodes
            if not node["ignored"]
        ]

    def screenshot(self, name: str, *, whole: bool = True) -> None:
        """Writes a picture of the whole page, or of what is in the window."""
        OUTPUT.mkdir(parents=True, exist_ok=True)
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=whole)
        (OUTPUT / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


class Box:
    """One `<kilde-svar>` on a page."""

    def __init__(self, browser: Browser, element: WebElement) -> None:
        """Holds the element; its parts are looked up each time."""
        self.browser = browser
        self.element = element

    @property
    def root(self) -> ShadowRoot:
        """The box's shadow root."""
        return self.element.shadow_root

    def find(self, selector: str) -> WebElement:
        """Returns the first part that matches."""
        return self.root.find_element("css selector", selector)

    def find_all(self, selector: str) -> list[WebElement]:
        """Returns all parts that match, in order."""
        return self.root.find_elements("css selector", selector)

    @property
    def state(self) -> str | None:
        """The state's name."""
        return self.find(".root").get_attribute("data-state")

    @property
    def text(self) -> str:
        """The panel's visible text."""
        return self.find("[part=panel]").text

    @property
    def input(self) -> WebElement:
        """The field."""
        return self.find("input[part=input]")

    @property
    def status(self) -> str:
        """What a screen reader was last told."""
        return str(self.browser.run("return arguments[0].textContent", self.find("[part=status]")))

    @property
    def focused(self) -> str:
        """The part that has focus, or an empty string."""
        script = "return arguments[0].shadowRoot.activeElement?.getAttribute('part') ?? ''"
        return str(self.browser.run(script, self.element))

    def ask(self, question: str, state: str) -> None:
        """Types a question, presses Enter and waits for a state."""
        self.input.clear()
        self.input.send_keys(question, Keys.ENTER)
        self.expect(state)

    def expect(self, state: str) -> None:
        """Waits for a state."""
        self.browser.until(lambda: self.state == state, f"state {state}, is {self.state}")

    def expect_status(self, text: str) -> None:
        """Waits for the words a screen reader is told."""
        self.browser.until(lambda: self.status == text, f"status {text!r}")

    def suggestions(self) -> list[str]:
        """Waits for the list and returns its options' text."""
        self.browser.until(lambda: self.find("#list").is_displayed(), "suggestions")
        return [option.text for option in self.find_all("[role=option] bdi")]
