#!/bin/sh
# Installs what the browser tests need and is missing: Debian's chromium with its driver, and the tools in package.json.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "chromium and chromedriver are missing and only root can install them here; run: sudo apt-get install chromium chromium-driver" >&2
        exit 1
    fi
    apt-get update --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium chromium-driver fonts-liberation
fi

if ! command -v npm >/dev/null; then
    echo "npm is missing, it brings axe-core and tsc for the browser tests; install Node.js 20 or newer" >&2
    exit 1
fi
if [ ! -d node_modules/axe-core ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-fund --no-audit
fi
