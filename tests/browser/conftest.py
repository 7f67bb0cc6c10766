"""A headless Chromium, the stub service and the pages that the browser tests share."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from service.ask import open_pipeline
from service.settings import Settings
from tests.browser import stub
from tests.browser.box import Browser
from tests.browser.served import serving

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test in this folder, so that a plain run can leave them out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Installs the browser and the npm tools where they are missing."""
    subprocess.run(["bash", str(Path(__file__).with_name("install.sh"))], check=True)


@pytest.fixture(scope="session")
def chromium(tools: None) -> Iterator[webdriver.Chrome]:
    """Starts one headless Chromium for the whole run."""
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",  # containers run as root, where the sandbox cannot start
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.binary_location = "/usr/bin/chromium"
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[Browser]:
    """Gives the browser with nothing left in it from the test before."""
    opened = Browser(chromium)
    yield opened
    opened.reset()


@pytest.fixture
def service() -> Iterator[stub.Stub]:
    """Gives a stub service of its own to each test."""
    with stub.running() as running:
        yield running


@pytest.fixture(scope="session")
def guest() -> Iterator[stub.Stub]:
    """Serves the pages of a site that may embed the box; it has another origin than the service."""
    with stub.running() as running:
        yield running


@pytest.fixture(scope="session")
def kildesvar(index_folder: Path, guest: stub.Stub) -> Iterator[str]:
    """Gives the address of the real service over the five documents, which lets the guest embed its box."""
    pipeline = open_pipeline(index_folder, "bundled")
    settings = Settings(index=index_folder, allowed_origins=(guest.address,), help_url="https://example.org/help")
    with serving(settings, lambda: pipeline) as address:
        yield address
