#!/usr/bin/env bash
# The rows of this statement, as lines of JSON:
#
#   SELECT id, username, like_count, create_time FROM videos WHERE hashtag_name IN ('election2024', 'debate') AND region_code = 'US' AND NOT video_length = 'SHORT' AND create_date BETWEEN '2024-01-15' AND '2024-02-20' AND like_count > 1000
#
# Needs: bash, curl, jq
# Set TIKTOK_ACCESS_TOKEN; TIKTOK_BASE_URL names another server.
# A record that the API sends twice is printed twice.
# Not done by these requests, but by TikSQL with what they bring:
#   filter: "scan 1".like_count > 1000
#   query: SELECT "scan 1"."id", "scan 1"."username", "scan 1"."like_count", "scan 1"."create_time" FROM (SELECT "id", "username", "like_count", "create_time" FROM "scan 1" AS "scan 1" WHERE ("scan 1"."like_count" > 1000)) AS "scan 1"
base=${TIKTOK_BASE_URL:-'https://open.tiktokapis.com'}
set -euo pipefail
: "${TIKTOK_ACCESS_TOKEN:?is not set}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
short=

# ask ADDRESS BODY: print the answer to one request; what may pass is tried again.
ask() {
  local try answer status
  for try in 1 2 3 4 5; do
    answer=$(curl --silent --show-error --max-time 300 "$base$1" \
      --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
      --header 'Content-Type: application/json' \
      --write-out '\n%{http_code}' --data-raw "$2") || true
    status=${answer##*$'\n'}
    case $status in 000 | 429 | 5??) ;; *) break ;; esac
    case $answer in *daily_quota_limit_exceeded*) break ;; esac
    if [ "$try" -lt 5 ]; then sleep $((2 ** try)); fi
  done
  quote_ids <<<"${answer%$'\n'*}"
}

# Make texts of numbers with 16 digits or more outside of texts: jq before 1.7 rounds them.
quote_ids() {
  LC_ALL=C sed -E $'s/("([^"\\\\]|\\\\.)*")|([,:[] ?)([0-9]{16,})/\\1\\3\001\\4\002/g' |
    LC_ALL=C sed -E $'s/\001\002//g; s/[\001\002]/"/g'
}

# follow SCAN ADDRESS BODY KEY: print the rows of every page of a request.
follow() {
  local list=list_$1 row=row_$1 next=next_$1 body=$3 page=0 answer problem marks='' last
  while :; do
    answer=$(ask "$2" "$body")
    problem=$(jq -ac 'if (.error.code // "ok") == "ok" and .data then empty else .error end' \
      <<<"$answer")
    if [ -n "$problem" ]; then
      refused "$4" "$problem"
      return
    fi
    page=$((page + 1))
    "${emit:-print_rows}" "$(jq -ac --argjson key "$4" "${!list} | ${!row}" <<<"$answer")"
    last=$marks
    marks=$(jq -r --argjson page "$page" "${!next}" <<<"$answer")
    case $marks in
      '') return ;;
      short*) short=${marks#short }; return ;;
      "$last") echo "$2: there is more, and no way to it" >&2; exit 1 ;;
    esac
    body="${3%\}}, $marks}"
  done
}

# refused KEY PROBLEM: go on where a key is refused; stop where anything else is.
refused() {
  if [ "$1" != null ] && grep -qiE "$of_a_key" <<<"$2"; then
    echo "note: $1 was refused: $2" >&2
  else
    echo "error: $2" >&2
    exit 1
  fi
}
of_a_key='cannot find|cannot return|is private|not allowed to be disclosed'
of_a_key+='|information cannot be returned|not public'

# print_rows ROWS: print them, and count them.
print_rows() {
  if [ -n "$1" ]; then
    printf '%s\n' "$1"
    count=$((count + $(wc -l <<<"$1")))
  fi
}

# --- scan 1: videos
list_1='(.data.videos // [])[]'
next_1='if .data.has_more then "\"cursor\": \(.data.cursor), \"search_id\": \(.data.search_id | tojson)" elif .data.has_more == null then "short the API does not say if there is more" else "" end'
row_1='{
  "id": (.id // .video_id | if . == null then null else tostring end),
  "username": (.username),
  "like_count": (.like_count),
  "create_time": (.create_time | if . == null then null else todate end)
}'
scan_1() {
  # videos, 2024-02-14 to 2024-02-20
  follow 1 '/v2/research/video/query/?fields=id,username,like_count,create_time' '{"query": {"and": [{"operation": "IN", "field_name": "hashtag_name", "field_values": ["election2024", "debate"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}], "not": [{"operation": "EQ", "field_name": "video_length", "field_values": ["SHORT"]}]}, "start_date": "20240214", "end_date": "20240220", "max_count": 100}' 'null'
  # videos, 2024-01-15 to 2024-02-13
  follow 1 '/v2/research/video/query/?fields=id,username,like_count,create_time' '{"query": {"and": [{"operation": "IN", "field_name": "hashtag_name", "field_values": ["election2024", "debate"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}], "not": [{"operation": "EQ", "field_name": "video_length", "field_values": ["SHORT"]}]}, "start_date": "20240115", "end_date": "20240213", "max_count": 100}' 'null'
}

count=0
scan_1
echo 'note: not done here: filter: "scan 1".like_count > 1000' >&2
echo 'note: not done here: query: SELECT "scan 1"."id", "scan 1"."username", "scan 1"."like_count", "scan 1"."create_time" FROM (SELECT "id", "username", "like_count", "create_time" FROM "scan 1" AS "scan 1" WHERE ("scan 1"."like_count" > 1000)) AS "scan 1"' >&2

if [ -n "$short" ]; then
  echo "INCOMPLETE: $short" >&2
  exit 1
fi
