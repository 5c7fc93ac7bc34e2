#!/usr/bin/env bash
# Sends generated requests to the service, valid and invalid ones, and checks that it answers as its
# OpenAPI description says. It needs Go and schemathesis.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tmp=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
st=${SCHEMATHESIS:-st} # pip install schemathesis==4.32.5
go build -o "$tmp/tagger" ./cmd/tagger
echo secret >"$tmp/token"
: >"$tmp/log"
"$tmp/tagger" serve --addr 127.0.0.1:0 --token-file "$tmp/token" 2>"$tmp/log" &
server=$!
for _ in {1..100}; do
  url=$(sed -n 's/.* msg=listening url=//p' "$tmp/log")
  [ -z "$url" ] || break
  sleep 0.1
done
[ -n "$url" ] || { cat "$tmp/log" >&2; exit 1; }

cd "$tmp" # where it writes its files
cat >schemathesis.toml <<'EOF'
hooks = "hooks"
[parameters]
"path.model" = "english-pos"
EOF
cat >hooks.py <<'EOF'
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return value.encode() if isinstance(value, str) else str(value).encode()
EOF
"$st" run "$url/openapi.json" --header "Authorization: Bearer secret" --phases examples,coverage,fuzzing \
  --max-examples "${EXAMPLES:-25}" --seed 1 --continue-on-failure
