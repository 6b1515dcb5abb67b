#!/bin/sh
# Installs Debian's Chromium for the browser tests where that is possible; else says how.
command -v chromium >/dev/null || command -v google-chrome >/dev/null || test -n "$CHROME_PATH" && exit 0
if command -v apt-get >/dev/null && test "$(id -u)" = 0; then
  echo "Installing Debian's chromium for the browser tests (once) ..."
  apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-noto-core >/dev/null && exit 0
fi
echo "!! No Chromium: THE BROWSER TESTS WILL BE SKIPPED."
echo "!! To run them:  sudo apt-get install chromium fonts-noto-core   (or set CHROME_PATH)"
exit 0
