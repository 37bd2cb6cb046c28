#!/bin/sh
# Waits for the database, applies missing migrations, and starts what is asked for; the same on a
# laptop and in the image:
#
#   boot.sh                   all roles, or those of ROLES
#   boot.sh api scheduler     these roles
#   boot.sh migrate           the migrations alone
#   boot.sh longshore …       any other command, such as `longshore worker`
#
# The service itself waits and migrates when it starts, and answers /healthz meanwhile. It takes
# the place of this script, so that signals reach it.
set -eu
longshore=$(dirname "$0")/bin/longshore.js

refuse() {
  echo "boot.sh: $1 Expected: nothing, roles (api, scheduler, worker), migrate, or longshore and a command." >&2
  exit 2
}

case ${1-} in
  migrate)
    [ $# = 1 ] || refuse "After migrate there is \"$2\"."
    exec node "$longshore" migrate --wait
    ;;
  longshore)
    shift
    exec node "$longshore" "$@"
    ;;
esac

roles=
for word; do
  case $word in
    api | scheduler | worker) roles=${roles:+$roles,}$word ;;
    *) refuse "\"$word\" is unknown." ;;
  esac
done
[ -z "$roles" ] || export ROLES="$roles"
exec node "$longshore" start
