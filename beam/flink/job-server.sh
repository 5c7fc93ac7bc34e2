#!/bin/sh
# Runs the job server of Beam for Flink. It needs Java 17, and Maven to download it.
#
#   job-server.sh --fetch      downloads it into FLINK_JARS (160 MB) and stops
#   job-server.sh [OPTION...]  runs it with options of Beam, for example --flink-master HOST:8081
#
# Without --flink-master, it runs the jobs on a Flink cluster in its own process.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
jars=${FLINK_JARS:-${XDG_CACHE_HOME:-$HOME/.cache}/trellis/flink-1.19-beam-2.62.0}

if [ "${1-}" = --fetch ]; then
  [ ! -d "$jars" ] || exit 0
  mkdir -p "$(dirname "$jars")"
  new=$(mktemp -d "$jars.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  trap 'exit 1' INT TERM
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new"
  mv "$new" "$jars"
  exit
fi

if [ ! -d "$jars" ] || ! command -v java >/dev/null; then
  echo "job-server.sh: no Java, or no folder $jars; run job-server.sh --fetch" >&2
  exit 69
fi
# Flink 1.19 on Java 17 uses classes that Java hides by default.
exec java \
  --add-opens=java.base/java.lang=ALL-UNNAMED \
  --add-opens=java.base/java.nio=ALL-UNNAMED \
  --add-opens=java.base/java.time=ALL-UNNAMED \
  --add-opens=java.base/java.util=ALL-UNNAMED \
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.org.apache.beam.runners.jobsubmission.JobServerDriver=info \
  -cp "$jars/*" org.apache.beam.runners.flink.FlinkJobServerDriver \
  --flink-conf-dir "$here/conf" --expansion-port 0 "$@"
