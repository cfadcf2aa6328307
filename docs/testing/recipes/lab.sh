# A browser and a lab in a shell: what login.sh and suite.sh stand on. To be read in with `.`, from beside it.
#
# It takes $portal (an address) and $token_file from whoever reads it in, and makes $work, a folder that goes at the end.
# Needs a POSIX shell, curl, grep and sed.
umask 077
if ! [ -r "$token_file" ]; then
  echo "$token_file cannot be read. Name the file that --lab-token-file of the portal names" >&2
  exit 74
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'header = "Authorization: Bearer %s"\n' "$(cat "$token_file")" >"$work/token" # not in argv, where all can read it
run=$$
logins=0

# ---- the lab: time, faults, users, phones, texts, and what happened

# lab METHOD PATH [JSON]: one call, its answer on stdout
lab() {
  curl --silent --show-error --fail-with-body --max-time 60 --config "$work/token" --request "$1" \
    --header 'Content-Type: application/json' --data "${3-}" "$portal/api/lab/v1/$2"
}

# member NAME: the first text of that name in the JSON on stdin
member() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

# ---- a browser: a cookie jar for each login, whose name is also the label of its requests

# browse PATH [CURL OPTION...]: open a page, or send a form to it; what is shown then lies in $work/page, its status in
# $work/status
browse() {
  to=$1
  shift
  curl --silent --show-error --max-time 60 --location --cookie "$work/$login" --cookie-jar "$work/$login" \
    --header "AuthSim-Lab-Label: $login" --header "Origin: $portal" --output "$work/page" \
    --write-out '%{http_code}' "$@" "$portal$to" >"$work/status"
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
