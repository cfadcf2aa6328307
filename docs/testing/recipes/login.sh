#!/bin/sh
# A login with a second factor by curl alone: eight cases, one line each, and the story of the one that came too late.
#
#   authsim demo --lab --lab-token-file lab.token     in one terminal
#   sh login.sh http://127.0.0.1:8765 lab.token       in another
#
# Needs a POSIX shell, curl, grep and sed. Exit status 0: all eight went as they must.
set -eu
umask 077
portal=${1:-http://127.0.0.1:8765}
token_file=${2:-lab.token}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'header = "Authorization: Bearer %s"\n' "$(cat "$token_file")" >"$work/token" # not in argv, where all can read it
run=$$
logins=0
failed=0

# ---- the lab: time, faults, users, phones, texts, and what happened

# lab METHOD PATH [JSON]: one call, its answer on stdout
lab() {
  curl --silent --show-error --fail-with-body --max-time 60 --config "$work/token" --request "$1" \
    --header 'Content-Type: application/json' --data "${3-}" "$portal/api/lab/v1/$2"
}

# member NAME: the first text of that name in the JSON on stdin
member() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

# ---- a browser: a cookie jar for each login, whose name is also the label of its requests

# browse PATH [CURL OPTION...]: open a page, or send a form to it; what is shown then lies in $work/page
browse() {
  to=$1
  shift
  curl --silent --show-error --max-time 60 --location --cookie "$work/$login" --cookie-jar "$work/$login" \
    --header "AuthSim-Lab-Label: $login" --header "Origin: $portal" --output "$work/page" "$@" "$portal$to"
}

# send PATH FIELD=VALUE...: fill in the form of the page, with the token that stands in it, and send it
send() {
  to=$1
  shift
  form_token=$(sed -n 's/.*name="csrf_token" value="\([^"]*\)".*/\1/p' "$work/page" | head -n 1)
  for field in "$@"; do
    set -- "$@" --data-urlencode "$field"
    shift
  done
  browse "$to" --data-urlencode "csrf_token=$form_token" "$@"
}

# begin USER PASSWORD: the first factor, in a fresh browser
begin() {
  logins=$((logins + 1))
  login=curl-$run-$logins
  browse /sso/Login
  send /sso/Login "username=$1" "password=$2"
}

# read_challenge: the digits that the page asks the phone, now in $challenge
read_challenge() {
  browse '/sso/SecondFactor?with=challenge'
  challenge=$(sed -n 's/.*xyz-goldchallenge"[^>]*>\([0-9]*\)<.*/\1/p' "$work/page")
}

# respond PHONE: what that phone answers to $challenge, now in $response; it needs no network for it
respond() { response=$(lab POST "phones/$1/respond" "{\"challenge\":\"$challenge\"}" | member response); }

is_in() { grep -q 'Client login succeeds' "$work/page"; }

# why: the name of the refusal, which the story knows and the page need not tell
why() { lab GET "events?label=$login" | member why; }

# must WORD CASE SENTENCE: one line; WORD is in, or the name of a refusal
must() {
  if is_in; then was=in; else was=$(why); fi
  if [ "$was" = "$1" ]; then mark=ok; else mark=FAILED failed=1; fi
  printf '%-6s %-14s %s (%s)\n' "$mark" "$2" "$3" "$was"
}

# ---- two users with a phone each, and one who gets texts

user=curl-a-$run other=curl-b-$run texted=curl-c-$run
password=$(lab POST users "{\"name\":\"$user\"}" | member password)
lab POST users "{\"name\":\"$other\"}" >"$work/other"
lab POST users "{\"name\":\"$texted\",\"texts\":true}" >"$work/texted"
phone=$(lab POST phones '{"platform":"ios"}' | member id)
others_phone=$(lab POST phones '{"platform":"android"}' | member id)
lab POST "phones/$phone/activate" "{\"user\":\"$user\"}" >"$work/activated"
lab POST "phones/$others_phone/activate" "{\"user\":\"$other\"}" >"$work/activated"

# ---- eight cases

begin "$user" "$password"
read_challenge
respond "$phone"
used=$response
send /sso/SecondFactor "gold-response=$used"
must in right "the phone's response opens the login"

begin "$user" "$password"
send /sso/SecondFactor "gold-response=$used"
must wrong_response replayed 'the same response opens no other login'

begin "$user" "$password"
read_challenge
respond "$others_phone"
send /sso/SecondFactor "gold-response=$response"
must wrong_response "other user's" "another user's phone answers for its own user only"

begin "$user" "$password"
read_challenge
respond "$phone"
send /sso/SecondFactor "gold-response=$(printf '%08d' $(((1${response} + 1) % 100000000)))"
must wrong_response wrong 'one digit beside it is as wrong as any'

begin "$user" "$password"
read_challenge
respond "$phone"
began=$(lab GET "events?label=$login" | grep -o '"number":[0-9]*' | head -n 1 | cut -d : -f 2)
lab POST clock '{"advance_ms":181000}' >"$work/clock"
send /sso/SecondFactor "gold-response=$response"
must challenge_expired late 'three minutes and a second are too long'
lab GET "events?after=$((began - 1))" >"$work/story"

begin "$user" "$password"
lab POST "phones/$phone/approve" "{\"user\":\"$user\"}" >"$work/decided"
send /sso/SecondFactor/continue
must in 'push approved' 'the notification is approved, and the page goes on'

lab PUT faults/push_lost "{\"user\":\"$user\"}" >"$work/fault"
begin "$user" "$password"
state=$(curl --silent --cookie "$work/$login" "$portal/sso/SecondFactor/state" | member state)
struck=$(lab GET faults | grep -c '"name":"push_lost","user":"[^"]*".*"struck":1') || true
lab DELETE faults/push_lost
read_challenge
respond "$phone"
send /sso/SecondFactor "gold-response=$response"
must in 'push lost' "no notification came (the page: $state, the fault struck: $struck); the challenge still opens it"

after=$(lab GET "inbox/$(member phone <"$work/texted")" | grep -o '"sequence":[0-9]*' | tail -n 1 | cut -d : -f 2)
begin "$texted" "$(member password <"$work/texted")"
code=$(lab GET "inbox/$(member phone <"$work/texted")?after=${after:-0}&wait_ms=5000" | member code)
send /sso/SecondFactor/code "silver-response=$code"
must in text 'the texted code opens the login'

# ---- the story of the login that came too late, from both ends

printf '\nThe story of the late one:\n'
{ cat "$work/story" && echo; } | sed 's/},{"number"/},\n{"number"/g' |
  sed -n 's/.*"end":"\([a-z]*\)","what":"\([^"]*\)","user":[^,]*,"why":"\{0,1\}\([a-z_]*\).*/  \1: \2, why: \3/p' |
  sed 's/, why: null$//'
exit "$failed"
