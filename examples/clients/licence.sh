#!/bin/sh
# A client of keywright in one file, for POSIX sh with curl and sed.
#
# Run it, or copy it beside your script and source it:
#
#     . ./licence.sh
#     answer=$(licence_check https://shop.example KEY 1 buyer@customer.example)
#     case $? in
#         0) date +%s > last_good ;;                              # licensed
#         1) echo "This licence is not valid." >&2; exit 1 ;;     # the server said no: CODE NAME is on stderr
#         *) : ;;  # no verdict: go on, for as long after last_good as you trust a buyer who is offline
#     esac
#
# Every function prints the server's answer, one line of JSON, and returns 0, 1 or 2 as above.

LICENCE_PATH=/applications/softwaremarketplace/interface/licenses/index.php
LICENCE_NEWLINE='
'

# licence_send FIELD CURL_ARGUMENT…: one request; its answer must have that field.
licence_send() (
    field=$1
    shift
    # Redirects are not followed: a POST would lose its parameters on the way and be refused for that.
    reply=$(curl -sS --max-time "${KEYWRIGHT_TIMEOUT:-10}" -w '\n%{http_code}' "$@" 2>&1) || {
        echo "no verdict: ${reply%%"$LICENCE_NEWLINE"*}" >&2
        exit 2
    }
    status=${reply##*"$LICENCE_NEWLINE"}
    body=${reply%"$LICENCE_NEWLINE"*}
    code=$(printf '%s\n' "$body" | sed -n 's/.*"errorCode":\([0-9]*\).*/\1/p')
    name=$(printf '%s\n' "$body" | sed -n 's/.*"errorMessage":"\([A-Z_]*\)".*/\1/p')
    case $status:$code:$body in
        200:*:'{'*"\"$field\":"*) printf '%s\n' "$body" ;;
        404::'{'*'"code":"not_found"'*) ;; # an update check of a product without releases
        *:1903:* | *:1905:*) echo "no verdict: $code $name" >&2; exit 2 ;; # overloaded, or too many calls
        *:[1-9]*:*) echo "$code $name" >&2; exit 1 ;;
        *) echo "no verdict: HTTP $status without a licence answer" >&2; exit 2 ;;
    esac
)

# licence_call BASE_URL ACTION FIELD NAME=VALUE…: one licence call.
# By POST, so that keys stay out of the logs of proxies.
licence_call() (
    url="${1%/}$LICENCE_PATH?$2"
    field=$3
    shift 3
    for pair in "$@"; do
        set -- "$@" --data-urlencode "$pair"
        shift
    done
    licence_send "$field" "$@" "$url"
)

# licence_activate BASE_URL KEY [IDENTIFIER [NONCE]]: takes a use; keep the usage_id of the answer.
# Each try carries the same nonce, so an answer that got lost takes no second use. To go on trying after a restart, keep
# your own nonce until there is an answer.
licence_activate() (
    nonce=${4:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
    for pause in 1 1 0; do
        licence_call "$1" activate usage_id "key=$2" "identifier=${3-}" setIdentifier="${3:+1}" "nonce=$nonce"
        result=$?
        [ $result -eq 2 ] || break
        sleep $pause
    done
    exit "$result"
)

# licence_check BASE_URL KEY USAGE_ID [IDENTIFIER]
licence_check() { licence_call "$1" check status "key=$2" "usage_id=$3" "identifier=${4-}"; }

# licence_info BASE_URL KEY [IDENTIFIER]
licence_info() { licence_call "$1" info key "key=$2" "identifier=${3-}"; }

# licence_update_extra BASE_URL KEY USAGE_ID JSON [IDENTIFIER]: what info shows as `extra` of this use, at most 4 KiB.
licence_update_extra() {
    licence_call "$1" updateExtra status "key=$2" "usage_id=$3" "extra=$4" "identifier=${5-}"
}

# licence_update BASE_URL PRODUCT_ID INSTALLED_LONGVERSION: prints the newest release if it is newer, else nothing.
licence_update() (
    answer=$(licence_send longversion "${1%/}/software/updatecheck/$2") || exit "$?"
    newest=$(printf '%s\n' "$answer" | sed -n 's/.*"longversion":\([0-9]*\).*/\1/p')
    if [ "${newest:-0}" -gt "$3" ]; then printf '%s\n' "$answer"; else echo 'up to date' >&2; fi
)

licence_main() {
    base=${1-} action=${2-}
    [ $# -lt 2 ] || shift 2
    [ "$action" != update ] || case ${2-} in '' | *[!0-9]*) action= ;; esac
    case $action:$# in
        activate:[12]) licence_activate "$base" "$@" ;;
        check:[23]) licence_check "$base" "$@" ;;
        info:[12]) licence_info "$base" "$@" ;;
        update-extra:[34]) licence_update_extra "$base" "$@" ;;
        update:2) licence_update "$base" "$@" ;;
        *)
            echo 'usage: licence.sh BASE_URL activate KEY [IDENTIFIER] | check KEY USAGE_ID [IDENTIFIER] |' \
                'info KEY [IDENTIFIER] | update-extra KEY USAGE_ID JSON [IDENTIFIER] |' \
                'update PRODUCT_ID INSTALLED_LONGVERSION' >&2
            return 64
            ;;
    esac
}

case ${0##*/} in licence.sh) licence_main "$@" ;; esac
