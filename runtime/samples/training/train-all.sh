#!/bin/sh
# Trains every sample again from scratch, into the folders beside this one. The result is the same on every run.
set -eu
cd "$(dirname "$0")"
environment="${1:-$(mktemp -d)/environment}"
[ -d "$environment" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --requirement requirements.txt
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
for script in sentiment tabular flowers_and_digits; do
  "$environment/bin/python" "$script.py"
done
