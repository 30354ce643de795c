#!/bin/sh
# Runs an export of a model, waits for it, and saves its file. Needs jq.
# Usage: export.sh WORKSPACE_ID MODEL_ID EXPORT_ID OUTPUT_FILE
set -eu
model=/2/0/workspaces/$1/models/$2
export=$3
output=$4

answer=$(anaplan-auth api -X POST "$model/exports/$export/tasks" -d '{"localeName": "en_US"}')
task=$(printf '%s' "$answer" | jq -er .task.taskId)
while :; do
  answer=$(anaplan-auth api "$model/exports/$export/tasks/$task")
  case $(printf '%s' "$answer" | jq -r .task.taskState) in
    COMPLETE | CANCELLED) break ;;
  esac
  sleep 2
done
if [ "$(printf '%s' "$answer" | jq -r .task.result.successful)" != true ]; then
  printf 'The export failed: %s\n' "$answer" >&2
  exit 1
fi
anaplan-auth api "$model/files/$export/chunks" --chunks --output "$output"
