#!/bin/sh
# Linux: sh start.sh [FOLDER].  macOS: a double click on start.command, which is the same.
for python in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$python" "$(dirname -- "$0")/start.py" "$@"
  fi
done
echo "Python 3.11 or newer is needed: see python.org, or ask whoever looks after this computer." >&2
exit 1
