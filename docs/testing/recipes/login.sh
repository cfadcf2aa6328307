#!/bin/sh
# A login with a second factor by curl alone: eight cases, one line each, and the story of the one that came too late.
#
#   authsim demo --lab --lab-token-file lab.token     in one terminal
#   sh login.sh http://127.0.0.1:8765 lab.token       in another; lab.sh lies beside it
#
# Needs what lab.sh needs. Exit status 0: all eight went as they must.
set -eu
portal=${1:-http://127.0.0.1:8765}
token_file=${2:-lab.token}
. "$(dirname "$0")/lab.sh"
failed=0

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
