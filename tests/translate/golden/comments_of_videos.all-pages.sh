#!/usr/bin/env bash
# The rows of this statement, as lines of JSON:
#
#   SELECT id, text, create_date FROM comments WHERE video_id IN (SELECT id FROM videos WHERE keyword = 'flood' AND create_date = '2024-06-01')
#
# Needs: bash, curl, jq
# Set TIKTOK_ACCESS_TOKEN; TIKTOK_BASE_URL names another server.
# A record that the API sends twice is printed twice.
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

# --- scan 2: videos
list_2='(.data.videos // [])[]'
next_2='if .data.has_more then "\"cursor\": \(.data.cursor), \"search_id\": \(.data.search_id | tojson)" elif .data.has_more == null then "short the API does not say if there is more" else "" end'
row_2='{
  "id": (.id // .video_id | if . == null then null else tostring end)
}'
scan_2() {
  # videos, 2024-06-01 to 2024-06-01
  follow 2 '/v2/research/video/query/?fields=id' '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}]}, "start_date": "20240601", "end_date": "20240601", "max_count": 100}' 'null'
}

# --- scan 1: comments
list_1='(.data.comments // [])[]'
next_1='if .data.has_more then "\"cursor\": \(.data.cursor)" elif .data.has_more == null then "short the API does not say if there is more" elif (.data.cursor // 0) >= 1000 then "short the API gives no more than 1000 comments of a key" else "" end'
row_1='{
  "id": (.id | if . == null then null else tostring end),
  "text": (.text),
  "create_date": ((.create_time | if . == null then null else todate end) | if . == null then null else .[:10] end)
}'
scan_1() {
  # one request for each video_id, from the id of videos
  jq -r '.id | select(. != null and . != "")' "$work/scan_2.jsonl" |
    awk '!seen[tolower($0)]++' >"$work/keys"
  while IFS= read -r key; do
    follow 1 '/v2/research/video/comment/list/?fields=id,text,create_time,video_id' '{"video_id": '"$key"', "max_count": 100}' "\"$key\""
  done <"$work/keys"
}

count=0
scan_2 >"$work/scan_2.jsonl"
count=0
scan_1

if [ -n "$short" ]; then
  echo "INCOMPLETE: $short" >&2
  exit 1
fi
