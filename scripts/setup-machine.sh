#!/bin/sh
# What the tests need of the machine: Chromium and Chinese letters for the browser's tests.
set -eu
have() { command -v "$1" >/dev/null 2>&1; }
missing=""
have chromium || missing="chromium"
if have fc-list; then
  fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && have apt-get; then
  echo "Installing $missing ..."
  apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
fi
echo "Not on this machine:$missing. The browser's tests will be skipped; to have them run:"
echo "  sudo apt-get install$missing"
