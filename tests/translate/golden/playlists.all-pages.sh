#!/usr/bin/env bash
# The rows of this statement, as lines of JSON:
#
#   SELECT playlist_name, playlist_video_ids FROM playlists WHERE playlist_id = 7114435010179905604
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

# keep_part RECORD: keep a part of a record until the others have come.
keep_part() { printf '%s\n' "$1" >>"$work/parts"; }

# --- scan 1: playlists
list_1='.data'
next_1='if .data.has_more then "\"cursor\": \(.data.cursor)" elif .data.has_more == null then "short the API does not say if there is more" else "" end'
row_1=.
whole_1='reduce .[] as $part ({}; reduce ($part | keys[]) as $name (.;
  .[$name] = if (.[$name] | type) == "array" then .[$name] + $part[$name]
    elif has($name) then .[$name] else $part[$name] end)) | {
  "playlist_name": (.playlist_name),
  "playlist_video_ids": (.playlist_video_ids | if . == null then null else map(tostring) end)
}'
scan_1() {
  # playlists of 7114435010179905604
  : >"$work/parts"
  emit=keep_part follow 1 '/v2/research/playlist/info/' '{"playlist_id": 7114435010179905604, "max_count": 100}' '"7114435010179905604"'
  print_rows "$(jq -acs --argjson key '"7114435010179905604"' "$whole_1" "$work/parts")"
}

count=0
scan_1

if [ -n "$short" ]; then
  echo "INCOMPLETE: $short" >&2
  exit 1
fi
