#!/bin/sh
# Uploads a file to a model in chunks of 10 MB, runs an import, and waits for it. Needs jq.
# Usage: import.sh WORKSPACE_ID MODEL_ID FILE_ID IMPORT_ID INPUT_FILE
set -eu
model=/2/0/workspaces/$1/models/$2
file=$3
import=$4
input=$5

chunks=$(mktemp -d)
trap 'rm -rf "$chunks"' EXIT
split -b 10000000 -a 4 "$input" "$chunks/"
count=$(ls "$chunks" | wc -l)
anaplan-auth api -X POST "$model/files/$file" -d "{\"chunkCount\": $((count))}" >/dev/null
number=0
for chunk in "$chunks"/*; do
  anaplan-auth api -X PUT "$model/files/$file/chunks/$number" \
    -H "Content-Type: application/octet-stream" -d "@$chunk"
  number=$((number + 1))
done

answer=$(anaplan-auth api -X POST "$model/imports/$import/tasks" -d '{"localeName": "en_US"}')
task=$(printf '%s' "$answer" | jq -er .task.taskId)
while :; do
  answer=$(anaplan-auth api "$model/imports/$import/tasks/$task")
  case $(printf '%s' "$answer" | jq -r .task.taskState) in
    COMPLETE | CANCELLED) break ;;
  esac
  sleep 2
done
if [ "$(printf '%s' "$answer" | jq -r .task.result.failureDumpAvailable)" = true ]; then
  anaplan-auth api "$model/imports/$import/tasks/$task/dump" --output rejected-rows.csv
fi
if [ "$(printf '%s' "$answer" | jq -r .task.result.successful)" != true ]; then
  printf 'The import failed: %s\n' "$answer" >&2
  exit 1
fi
