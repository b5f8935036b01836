#!/bin/sh
# Portal over the benchmark's rows: serve.sh PORT ENGINE SIZE
set -eu
cd "$(dirname "$0")/../.."
data=${BENCH_DATA:-/tmp/portal-bench}
case $2 in
sqlite) url=sqlite:///$data/$3/portal.sqlite3 ;;
*) url="postgresql://bench@/portal_$3?host=$data/pg&port=${BENCH_PGPORT:-54329}" ;;
esac
export PORTAL_INSTANCE="$data" PORTAL_DATABASE_URL="$url" PORTAL_SECRET_KEY=benchbenchbenchbenchbenchbenchbench
export PORTAL_NOW=2026-06-30T12:00:00+00:00 PORTAL_LOG_LEVEL=ERROR PORTAL_COUNT_QUERIES="${BENCH_COUNT:-0}"
exec .venv/bin/portal serve --port "$1" --workers 2 --threads 4
