#!/bin/sh
# Second factors by curl alone, case by case: what the page says and why by the story, one line of TAP for each case.
#
#   authsim demo --lab --lab-token-file lab.token     in one terminal
#   sh suite.sh http://127.0.0.1:8765 lab.token       in another; lab.sh lies beside it
#   sh suite.sh http://127.0.0.1:8765 lab.token text  only the cases with "text" in their name
#
# Begin when the demo has told who can log in. Needs what lab.sh needs. Exit status 0: all cases went as they must. Time
# and snapshots are the whole portal's, so two of these at once need two portals.
set -eu
portal=${1:-http://127.0.0.1:8765}
token_file=${2:-lab.token}
. "$(dirname "$0")/lab.sh"

# ---- what a case may demand; what it met is said at the end of its line

# fail SENTENCE: the case does not hold
fail() {
  echo "$1" >&2
  exit 1
}

# met WORD: this has been seen, as it must be
met() { printf '%s\n' "$1" >>"$work/met"; }

# told FILTER: how many entries of the story there are
told() { lab GET "events?$1" | grep -o '{"number":' | wc -l | tr -d ' '; }

# reason: why the newest request of this login that was refused was
reason() { lab GET "events?label=$login" | grep -o '"why":"[^"]*"' | tail -n 1 | cut -d '"' -f 4; }

# let_in: the page says so, and by the story a login was completed
let_in() {
  is_in || fail "the page does not say that the login succeeds; the story says: $(reason)"
  sent=$(lab GET "events?label=$login" | sed 's/},{"number"/},\n{"number"/g' | grep '"what":"POST ' | tail -n 1)
  case $sent in *'"why":null'*) ;; *) fail "by the story the page was refused for $(reason)" ;; esac
  [ "$(told "end=portal&what=login:completed&after=$began")" -gt 0 ] || fail 'by the story no login was completed'
  met in
}

# refused REASON: the page says that something is wrong, and the story says what
refused() {
  if is_in; then fail "the page says that the login succeeds, and not: $1"; fi
  grep -q 'xyz-errormessage' "$work/page" || fail 'the page says nothing of an error'
  was=$(reason)
  [ "$was" = "$1" ] || fail "refused for ${was:-nothing}, and not for $1"
  met "$1"
}

# state: what the page's own script would hear of the phone
state() {
  curl --silent --show-error --max-time 60 --cookie "$work/$login" --header "AuthSim-Lab-Label: $login" \
    "$portal/sso/SecondFactor/state" | member state
}

# stands STATE: so the login stands for the page
stands() {
  was=$(state)
  [ "$was" = "$1" ] || fail "the login stands at ${was:-nothing}, and not at $1"
  met "$1"
}

# struck FAULT: it did so, by the story
struck() {
  lab GET "events?what=fault:struck&after=$began" | grep -q "\"fault\":\"$1\"" || fail "$1 never struck"
  met "$1"
}

# declines REASON METHOD PATH [JSON]: the phone is told no, of which it may hear less than the story knows
declines() {
  wanted=$1
  shift
  if lab "$@" >"$work/answer" 2>"$work/error"; then fail "$2 went well, and was not declined for $wanted"; fi
  grep -q '"reason":"' "$work/answer" || fail "$2 broke: $(cat "$work/answer")"
  recorded "$wanted"
}

# recorded REASON: the story has a refusal for it, of whomever
recorded() {
  [ "$(told "why=$1&after=$began")" -gt 0 ] || fail "by the story nothing was refused for $1"
  met "$1"
}

# happened WHAT: the portal's own record has it
happened() {
  [ "$(told "end=portal&what=$1&after=$began")" -gt 0 ] || fail "the story has no $1"
  met "$1"
}

# shown STATUS: the HTTP status of the page
shown() {
  was=$(cat "$work/status")
  [ "$was" = "$1" ] || fail "the page was answered with $was, and not with $1"
  met "$1"
}

# asked_anew: the session is over: the page asks for a login, and the story says that it led there
asked_anew() {
  grep -q xyzform-username "$work/page" || fail 'the page does not ask for a login'
  led=$(lab GET "events?label=$login&what=GET%20/sso/Dispatcher" | grep -o '"status":[0-9]*' | tail -n 1)
  [ "$led" = '"status":302' ] || fail "by the story the session goes on: ${led:-nothing was asked}"
  met 'asked anew'
}

# ---- the words that cases are made of

advance() { lab POST clock "{\"advance_ms\":${1}000}" >"$work/clock"; } # so many seconds
skew() { lab POST clock "{\"actor\":\"phone:$phone\",\"skew_ms\":${1}000}" >"$work/clock"; }
fault() { lab PUT "faults/$1" "${2-}" >"$work/fault"; }
habit() { lab PUT "phones/$1" "{\"policy\":\"$2\"}" >"$work/habit"; } # what a phone does by itself
decide() { lab POST "phones/$1/$2" >"$work/decided"; }
awaited() { # what a virtual phone does by itself takes a moment
  [ "$(told "what=$1&after=$began&wait_ms=30000")" -gt 0 ] || fail "in half a minute there was no $1"
}

asked() { # the first factor of $user, and the challenge
  begin "$user" "$password"
  read_challenge
}
answer() { send /sso/SecondFactor "gold-response=$1"; }
by_phone() { # the whole login of $user, by this phone's response
  asked
  respond "$1"
  answer "$response"
}
goes_on() { send /sso/SecondFactor/continue; } # after an approval
code() { send /sso/SecondFactor/code "silver-response=$1"; }
choose() { # a second factor of the list, by its name
  send /sso/SecondFactor/choose "factor=$(sed -n "s/.*<option value=\"\([^\"]*\)\"[^>]*>$1<.*/\1/p" "$work/page")"
}

# beside DIGITS: one more, with as many digits
beside() { printf "%0${#1}d" $(((1$1 + 1) % 1$(printf "%0${#1}d" 0))); }

texts() { lab GET "inbox/$number_of_texted" | grep -o '"sequence":[0-9]*' | tail -n 1 | cut -d : -f 2; } # the last one
text() { lab GET "inbox/$number_of_texted?after=${1:-0}&wait_ms=5000" | member code; }                  # the one after it
app_code() { lab GET "phones/$phone/apps/$with_app" | member code; }
new_user() { # one more, without a phone; its name
  lab POST users "{\"name\":\"$1\"}" >"$work/made"
  echo "$1"
}
activation_of() { lab POST "users/$1/activation" | member activation; } # what a QR code of this user says

# ---- the world that each case begins in: the clock stands still

lab POST snapshots '{"name":"before-suite"}' >"$work/kept"
leave() { # as it was
  lab POST snapshots/before-suite/restore
  for one in before-suite suite; do lab DELETE "snapshots/$one"; done
}
trap 'leave; rm -rf "$work"' EXIT
user=curl-user other=curl-other texted=curl-texted with_app=curl-app
password=$(lab POST users "{\"name\":\"$user\"}" | member password)
lab POST users "{\"name\":\"$other\"}" >"$work/made"
lab POST users "{\"name\":\"$texted\",\"texts\":true}" >"$work/texted"
texteds_password=$(member password <"$work/texted")
number_of_texted=$(member phone <"$work/texted")
lab POST users "{\"name\":\"$with_app\",\"authenticator\":true}" >"$work/app"
apps_password=$(member password <"$work/app")
phone=curl-phone others_phone=curl-others-phone third_phone=curl-third-phone
for one in "$phone" "$others_phone" "$third_phone"; do lab POST phones "{\"name\":\"$one\"}" >"$work/made"; done
lab POST phones/activate "{\"phones\":[\"$phone\",\"$others_phone\"],\"users\":[\"$user\",\"$other\"]}" >"$work/made"
lab POST "phones/$phone/apps" "{\"authenticator\":\"$(member authenticator <"$work/app")\"}" >"$work/made"
lab POST clock '{"freeze":true}' >"$work/clock"
lab POST snapshots '{"name":"suite"}' >"$work/kept"
began=$(lab GET 'events?what=snapshot:taken' | grep -o '"number":[0-9]*' | tail -n 1 | cut -d : -f 2) # the story before

# ---- typed responses

case_the_right_response_opens_the_login() {
  by_phone "$phone"
  let_in
}

case_a_response_after_two_minutes_is_good() {
  asked
  respond "$phone"
  advance 120
  answer "$response"
  let_in
}

case_a_response_after_three_minutes_is_too_late() {
  asked
  respond "$phone"
  advance 181
  answer "$response"
  refused challenge_expired
}

case_one_digit_beside_is_wrong() {
  asked
  respond "$phone"
  answer "$(beside "$response")"
  refused wrong_response
}

case_the_last_digit_first_is_wrong() {
  asked
  respond "$phone"
  answer "${response#?}${response%???????}"
  refused wrong_response
}

case_a_wrong_response_ends_the_login() {
  asked
  respond "$phone"
  answer "$(beside "$response")"
  refused wrong_response
  answer "$response"
  refused login_closed
}

case_letters_are_no_response_and_cost_nothing() {
  asked
  respond "$phone"
  answer abcdefgh
  refused malformed_response
  answer "$response"
  let_in
}

case_seven_digits_are_no_response() {
  asked
  respond "$phone"
  answer "${response#?}"
  refused malformed_response
}

case_nine_digits_are_no_response() {
  asked
  respond "$phone"
  answer "${response}0"
  refused malformed_response
}

case_an_empty_field_is_no_response() {
  asked
  answer ''
  refused malformed_response
}

case_full_width_digits_are_no_response() {
  asked
  respond "$phone"
  answer "$(printf '%s' "$response" | sed 's/0/０/g;s/1/１/g;s/2/２/g;s/3/３/g;s/4/４/g;s/5/５/g;s/6/６/g;s/7/７/g;s/8/８/g;s/9/９/g')"
  refused malformed_response
}

case_blanks_around_a_response_do_not_count() {
  asked
  respond "$phone"
  answer "  $response "
  let_in
}

case_blanks_and_hyphens_within_do_not_count() {
  asked
  respond "$phone"
  answer "${response%????} - ${response#????}"
  let_in
}

case_a_response_opens_no_second_login() {
  by_phone "$phone"
  let_in
  asked
  answer "$response"
  refused wrong_response
}

case_a_replayed_response_is_refused() {
  asked
  respond "$phone"
  cp "$work/$login" "$work/copied"
  cp "$work/page" "$work/asked"
  answer "$response"
  let_in
  login=copied
  cp "$work/asked" "$work/page"
  answer "$response"
  refused challenge_consumed
}

case_the_response_to_an_earlier_login_is_wrong() {
  asked
  respond "$phone"
  asked
  answer "$response"
  refused wrong_response
}

case_the_phone_of_another_user_answers_for_its_own() {
  by_phone "$others_phone"
  refused wrong_response
}

case_a_response_made_for_another_purpose_is_wrong() {
  asked
  response=$(lab POST "phones/$phone/respond" "{\"challenge\":\"$challenge\",\"purpose\":\"sign-transaction\"}" | member response)
  answer "$response"
  refused wrong_response
}

case_a_phone_that_answers_wrong_is_refused() {
  habit "$phone" wrong_response
  by_phone "$phone"
  refused wrong_response
}

case_a_wrong_pin_gives_no_response() {
  asked
  habit "$phone" wrong_pin
  declines wrong_pin POST "phones/$phone/respond" "{\"challenge\":\"$challenge\"}"
}

case_a_phone_without_a_network_still_responds() {
  habit "$phone" offline
  by_phone "$phone"
  let_in
}

case_a_copy_of_a_phone_responds_alike() {
  copy=$(lab POST "phones/$phone/clone" | member id)
  by_phone "$copy"
  let_in
}

case_a_phone_answers_for_two_users() {
  lab POST "phones/$phone/activate" "{\"activation\":\"$(activation_of "$(new_user curl-second)")\"}" >"$work/made"
  asked
  response=$(lab POST "phones/$phone/respond" "{\"challenge\":\"$challenge\",\"user\":\"curl-second\"}" | member response)
  answer "$response"
  refused wrong_response
  asked
  response=$(lab POST "phones/$phone/respond" "{\"challenge\":\"$challenge\",\"user\":\"$user\"}" | member response)
  answer "$response"
  let_in
}

case_a_challenge_that_lives_short_is_over() {
  fault challenge_short '{"by_ms":5000}'
  asked
  respond "$phone"
  advance 6
  answer "$response"
  struck challenge_short
  refused challenge_expired
}

case_a_challenge_that_changed_counts_no_more() {
  fault challenge_changes
  asked
  respond "$phone"
  first=$challenge
  read_challenge
  [ "$challenge" != "$first" ] || fail 'the page shows the same challenge again'
  answer "$response"
  struck challenge_changes
  refused wrong_response
}

# ---- notifications

case_an_approval_opens_the_login() {
  begin "$user" "$password"
  stands waiting
  decide "$phone" approve
  stands approved
  goes_on
  let_in
}

case_a_phone_that_approves_by_itself_is_enough() {
  habit "$phone" approve
  begin "$user" "$password"
  awaited push:approved
  goes_on
  let_in
}

case_a_denial_ends_the_login() {
  begin "$user" "$password"
  decide "$phone" deny
  browse /sso/SecondFactor
  refused push_denied
}

case_a_report_ends_the_login() {
  begin "$user" "$password"
  decide "$phone" report
  browse /sso/SecondFactor
  refused push_reported
}

case_a_notification_is_not_sent_again_at_once() {
  begin "$user" "$password"
  send /sso/SecondFactor/resend
  refused resent_too_soon
  decide "$phone" approve
  goes_on
  let_in
}

case_who_goes_on_before_the_approval_waits() {
  begin "$user" "$password"
  goes_on
  refused push_not_approved
}

case_a_notification_that_is_ignored_expires() {
  habit "$phone" ignore
  begin "$user" "$password"
  awaited phone:ignored
  advance 181
  browse /sso/SecondFactor
  refused push_expired
}

case_an_approval_after_three_minutes_is_too_late() {
  begin "$user" "$password"
  advance 181
  declines no_request POST "phones/$phone/approve"
}

case_a_phone_without_a_network_approves_nothing() {
  begin "$user" "$password"
  habit "$phone" offline
  declines phone_offline POST "phones/$phone/approve"
  stands waiting
}

case_a_request_is_answered_once() {
  begin "$user" "$password"
  decide "$phone" approve
  declines no_request POST "phones/$phone/deny"
  goes_on
  let_in
}

case_another_phone_has_no_such_request() {
  begin "$user" "$password"
  declines no_request POST "phones/$others_phone/approve"
  stands waiting
}

case_a_notification_that_is_lost_leaves_the_challenge() {
  habit "$phone" approve
  fault push_lost
  begin "$user" "$password"
  struck push_lost
  stands waiting
  read_challenge
  respond "$phone"
  answer "$response"
  let_in
}

case_a_notification_that_is_late_is_still_good() {
  habit "$phone" approve
  fault push_late '{"by_ms":30000}'
  begin "$user" "$password"
  struck push_late
  stands waiting
  advance 31
  awaited push:approved
  goes_on
  let_in
}

case_a_notification_that_comes_twice_counts_once() {
  habit "$phone" approve
  fault push_twice
  begin "$user" "$password"
  awaited push:approved
  struck push_twice
  goes_on
  let_in
  [ "$(told "end=portal&what=push:approved&after=$began")" = 1 ] || fail 'it was approved more than once'
}

case_no_notification_leaves_the_challenge() {
  fault no_push
  begin "$user" "$password"
  struck no_push
  read_challenge
  respond "$phone"
  answer "$response"
  let_in
}

case_a_notification_that_is_sent_again_is_good() {
  begin "$user" "$password"
  advance 60
  send /sso/SecondFactor/resend
  decide "$phone" approve
  goes_on
  let_in
}

case_a_newer_login_takes_the_notification_over() {
  begin "$user" "$password"
  first=$login
  begin "$user" "$password"
  decide "$phone" approve
  goes_on
  let_in
  login=$first
  stands superseded
}

case_a_request_that_is_superseded_takes_no_answer() {
  fault push_superseded
  begin "$user" "$password"
  declines push_superseded POST "phones/$phone/approve"
  struck push_superseded
}

case_an_approval_that_errs_approves_nothing() {
  fault approval_error
  begin "$user" "$password"
  if decide "$phone" approve 2>"$work/error"; then fail 'the approval went well'; fi
  struck approval_error
  stands waiting
  lab DELETE faults
  decide "$phone" approve
  goes_on
  let_in
}

case_an_approval_that_is_ignored_moves_no_page() {
  fault approval_ignored
  begin "$user" "$password"
  decide "$phone" approve
  struck approval_ignored
  stands waiting
  goes_on
  refused push_not_approved
}

# ---- texts

case_the_texted_code_opens_the_login() {
  had=$(texts)
  begin "$texted" "$texteds_password"
  code "$(text "$had")"
  let_in
}

case_one_digit_beside_the_text_is_wrong() {
  had=$(texts)
  begin "$texted" "$texteds_password"
  code "$(beside "$(text "$had")")"
  refused wrong_code
}

case_a_text_after_three_minutes_is_too_late() {
  had=$(texts)
  begin "$texted" "$texteds_password"
  found=$(text "$had")
  advance 181
  code "$found"
  refused prompt_expired
}

case_a_text_that_is_lost_never_comes() {
  had=$(texts)
  fault text_lost
  begin "$texted" "$texteds_password"
  struck text_lost
  [ "$(texts)" = "$had" ] || fail 'a text came'
  lab DELETE faults
  advance 121
  send /sso/SecondFactor/resend-code channel=text
  code "$(text "$had")"
  let_in
}

case_a_text_that_is_late_is_still_good() {
  had=$(texts)
  fault text_late '{"by_ms":30000}'
  begin "$texted" "$texteds_password"
  struck text_late
  [ "$(texts)" = "$had" ] || fail 'the text came at once'
  advance 31
  code "$(text "$had")"
  let_in
}

case_a_text_is_good_once() {
  had=$(texts)
  begin "$texted" "$texteds_password"
  found=$(text "$had")
  code "$found"
  let_in
  advance 121
  begin "$texted" "$texteds_password"
  code "$found"
  refused wrong_code
}

case_of_two_texts_that_were_swapped_the_last_is_the_older() {
  had=$(texts)
  fault text_swapped
  begin "$texted" "$texteds_password"
  advance 121
  send /sso/SecondFactor/resend-code channel=text
  struck text_swapped
  codes=$(lab GET "inbox/$number_of_texted?after=${had:-0}" | grep -o '"code":"[0-9]*"' | cut -d '"' -f 4)
  [ "$(printf '%s\n' "$codes" | wc -l | tr -d ' ')" = 2 ] || fail 'not two texts came'
  code "$(printf '%s\n' "$codes" | tail -n 1)"
  refused wrong_code
}

case_a_text_that_comes_too_soon_is_not_sent() {
  begin "$texted" "$texteds_password"
  send /sso/SecondFactor/resend-code channel=text
  refused text_too_soon
}

# ---- authenticator apps

case_the_code_of_an_app_opens_the_login() {
  begin "$with_app" "$apps_password"
  code "$(app_code)"
  let_in
}

case_the_code_of_an_app_counts_once() {
  found=$(app_code)
  begin "$with_app" "$apps_password"
  code "$found"
  let_in
  begin "$with_app" "$apps_password"
  code "$found"
  refused code_used
}

case_an_app_that_is_half_a_minute_early_is_good() {
  skew 30
  begin "$with_app" "$apps_password"
  code "$(app_code)"
  let_in
}

case_an_app_whose_clock_is_an_hour_late_is_wrong() {
  skew -3600
  begin "$with_app" "$apps_password"
  code "$(app_code)"
  refused wrong_code
}

case_of_two_devices_the_app_is_chosen() {
  lab POST "phones/$phone/activate" "{\"user\":\"$with_app\"}" >"$work/made"
  begin "$with_app" "$apps_password"
  choose 'Mobile Authenticator App'
  code "$(app_code)"
  let_in
}

case_the_list_of_devices_in_another_order_has_the_same() {
  lab POST "phones/$phone/activate" "{\"user\":\"$with_app\"}" >"$work/made"
  fault picker_order
  begin "$with_app" "$apps_password"
  struck picker_order
  choose 'Mobile Authenticator App'
  code "$(app_code)"
  let_in
}

# ---- phones that come, go and are copied

case_an_activation_code_is_good_once() {
  activation=$(activation_of "$(new_user curl-second)")
  lab POST "phones/$third_phone/activate" "{\"activation\":\"$activation\"}" >"$work/made"
  declines activation_used POST "phones/$others_phone/activate" "{\"activation\":\"$activation\"}"
}

case_an_activation_code_expires() {
  activation=$(activation_of "$(new_user curl-second)")
  advance 3600
  declines activation_expired POST "phones/$third_phone/activate" "{\"activation\":\"$activation\"}"
}

case_an_activation_code_that_is_burnt_activates_nothing() {
  activation=$(activation_of "$(new_user curl-second)")
  fault qr_burnt
  declines activation_used POST "phones/$third_phone/activate" "{\"activation\":\"$activation\"}"
  struck qr_burnt
}

case_after_a_migration_the_old_phone_is_wrong() {
  lab POST "phones/$third_phone/add-user" "{\"user\":\"$user\",\"password\":\"$password\"}" >"$work/made"
  happened device:replaced
  by_phone "$phone"
  refused wrong_response
  by_phone "$third_phone"
  let_in
}

case_a_user_whose_phone_is_revoked_is_asked_to_activate_one() {
  lab POST "users/$user/revoke"
  happened device:revoked
  begin "$user" "$password"
  grep -q xyz-sessionid "$work/page" || fail 'the page shows no QR code'
  declines device_revoked POST "phones/$phone/approve"
}

case_a_copied_phone_is_suspected_then_suspended_and_resumed() {
  copy=$(lab POST "phones/$phone/clone" | member id)
  begin "$user" "$password"
  decide "$phone" deny
  begin "$user" "$password"
  declines clone_suspected POST "phones/$copy/approve"
  decide "$phone" approve
  goes_on
  let_in
  declines clone_suspected POST "phones/$copy/approve"
  happened device:suspended
  declines device_suspended POST "phones/$copy/approve"
  lab POST "users/$user/resume"
  happened device:resumed
  by_phone "$phone"
  let_in
}

# ---- passwords, throttling, lock-out

case_a_wrong_password_comes_to_no_second_factor() {
  begin "$user" "no-$password"
  refused wrong_password
}

case_a_paper_login_of_a_live_user_is_declined() {
  login=curl-$run-paper
  browse /sso/Login
  send /sso/Login "username=$user" "password=$password" paperSwitch=on
  refused wrong_mode
}

case_a_user_of_the_other_kind_is_declined() {
  fault wrong_mode
  begin "$user" "$password"
  struck wrong_mode
  refused wrong_mode
}

case_a_user_who_is_locked_out_meanwhile_is_refused() {
  fault locked_out '{"step":"response"}'
  by_phone "$phone"
  struck locked_out
  refused user_locked
}

case_five_failures_are_throttled_for_a_while() {
  for _ in 1 2 3 4 5; do begin "$user" "no-$password"; done
  begin "$user" "$password"
  refused throttled
  advance 600
  by_phone "$phone"
  let_in
}

case_a_locked_user_comes_in_when_it_is_lifted() {
  lab POST "users/$user/lock"
  begin "$user" "$password"
  refused user_locked
  lab POST "users/$user/unlock"
  by_phone "$phone"
  let_in
}

case_ten_wrong_responses_lock_the_user() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    advance 3600
    asked
    respond "$phone"
    answer "$(beside "$response")"
  done
  begin "$user" "$password"
  refused user_locked
}

case_right_credentials_that_are_called_wrong_once() {
  fault wrong_credentials '{"nth":1}'
  begin "$user" "$password"
  refused wrong_password
  by_phone "$phone"
  let_in
}

# ---- what the wire and the session do

case_a_503_at_the_password_is_gone_at_the_next_try() {
  fault http_503 '{"step":"password","nth":1}'
  begin "$user" "$password"
  struck http_503
  shown 503
  by_phone "$phone"
  let_in
}

case_a_500_at_the_response_leaves_the_challenge_open() {
  fault http_500 '{"step":"response","nth":1}'
  asked
  cp "$work/page" "$work/asked"
  respond "$phone"
  answer "$response"
  struck http_500
  shown 500
  cp "$work/asked" "$work/page"
  answer "$response"
  let_in
}

case_a_session_that_is_lost_asks_for_a_login() {
  by_phone "$phone"
  let_in
  fault session_lost
  browse /sso/Dispatcher
  struck session_lost
  asked_anew
  happened session:expired
}

case_a_competing_session_ends_this_one() {
  by_phone "$phone"
  let_in
  fault competing_session
  browse /sso/Dispatcher
  struck competing_session
  asked_anew
}

case_a_success_that_is_forgotten_asks_for_a_login() {
  fault not_authenticated
  by_phone "$phone"
  struck not_authenticated
  asked_anew
  happened session:expired
}

case_a_user_who_signs_out_is_out() {
  by_phone "$phone"
  let_in
  send /portal/sign-out
  browse /sso/Dispatcher
  asked_anew
  happened session:ended
}

case_a_page_between_leads_on_by_its_link() {
  fault page_between
  by_phone "$phone"
  struck page_between
  if is_in; then fail 'no page stands between'; fi
  browse "$(sed -n 's/.*ibkey-promo-skip"[^>]* href="\([^"]*\)".*/\1/p' "$work/page")"
  let_in
}

case_a_page_that_has_to_be_confirmed_lets_on_when_it_is() {
  fault page_confirm
  by_phone "$phone"
  struck page_confirm
  if is_in; then fail 'no page stands between'; fi
  send /sso/Confirm
  if is_in; then fail 'the page lets on unconfirmed'; fi
  send /sso/Confirm confirmed=yes
  let_in
}

case_a_page_with_other_names_takes_the_old_ones() {
  fault markup_drift
  asked
  [ -z "$challenge" ] || fail 'the challenge stands where it stood'
  challenge=$(sed -n 's/.*data-copy="\([0-9]*\)".*/\1/p' "$work/page" | head -n 1)
  respond "$phone"
  answer "$response"
  struck markup_drift
  let_in
}

# ---- snapshots and seeds

case_a_snapshot_brings_a_user_back() {
  lab DELETE "users/$user"
  begin "$user" "$password"
  refused wrong_password
  recorded unknown_user
  lab POST snapshots/suite/restore
  by_phone "$phone"
  let_in
}

case_the_same_seed_asks_the_same() {
  lab PUT seed '{"seed":7}' >"$work/seed"
  asked
  first=$challenge
  lab POST snapshots/suite/restore
  lab PUT seed '{"seed":7}' >"$work/seed"
  asked
  [ "$challenge" = "$first" ] || fail "$challenge was asked, and $first before"
  met "$challenge"
  respond "$phone"
  answer "$response"
  let_in
}

# ---- one case after the other, each in the world that was kept

cases=$(sed -n 's/^case_\([a-z0-9_]*\)() {$/\1/p' "$0" | grep -e "${3-}")
failed=0 at=0
printf '1..%s\n' "$(printf '%s\n' "$cases" | wc -l | tr -d ' ')"
for case in $cases; do
  at=$((at + 1)) run=$$-$at
  : >"$work/met"
  lab POST snapshots/suite/restore
  set +e
  (
    set -e
    "case_$case"
  ) 2>"$work/complaint"
  status=$?
  set -e
  if [ "$status" = 0 ] && [ -s "$work/met" ]; then mark=ok; else mark='not ok' failed=1; fi
  printf '%s %s %s: %s\n' "$mark" "$at" "$(printf '%s' "$case" | tr _ ' ')" "$(paste -s -d ' ' "$work/met")"
  sed 's/^/# /' "$work/complaint"
done
exit "$failed"
