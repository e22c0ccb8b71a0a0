#!/bin/sh
# fence_plug: a fence agent for smart plugs, which switch the power of a node: Shelly's first generation (shelly1), Shelly Gen2 and later
# (shelly2), and Tasmota. Installed by ha-run. It needs curl.
#
# The interface is that of all fence agents (https://github.com/ClusterLabs/fence-agents/blob/main/doc/FenceAgentAPI.md): `name=value` lines on
# stdin, or options such as `--ip=192.168.0.201`. Exit code 0: done, or the relay is on. 2: status, and the relay is off. 1: it failed.
#
# The password reaches curl on stdin. It is in no argument, no variable of the environment, and no message.

unset action ip ipport port type relay plug nodename username password answer problem hopeless state

# How long `reboot` leaves the power off. The plug itself counts, so that power returns even if this node is gone.
off_seconds=10

# One request, and all of them together. Pacemaker gives fencing 60 s, and a monitor 20 s.
connect_seconds=3
request_seconds=5
total_seconds=30
# Before something is tried again.
pause_seconds=1

metadata() {
  cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_plug" shortdesc="Fence agent for smart plugs: Shelly and Tasmota">
<longdesc>fence_plug switches the power of nodes by smart plugs over HTTP: Shelly devices of the first generation, Shelly Gen2 and later, and Tasmota. Off and reboot succeed only once the relay was read back as off.</longdesc>
<vendor-url></vendor-url>
<parameters>
  <parameter name="action" unique="0" required="1">
    <getopt mixed="-o, --action=[action]" />
    <content type="string" />
    <shortdesc lang="en">Fencing action</shortdesc>
  </parameter>
  <parameter name="ip" unique="0" required="1" obsoletes="ipaddr">
    <getopt mixed="--ip=[ip]" />
    <content type="string" />
    <shortdesc lang="en">IP address or hostname of the smart plug</shortdesc>
  </parameter>
  <parameter name="ipport" unique="0" required="0" obsoletes="port">
    <getopt mixed="--ipport=[port]" />
    <content type="integer" default="80" />
    <shortdesc lang="en">TCP port of the smart plug. It may be given as "port" too; this parameter is not called so, because Pacemaker would pass the name of the node in a parameter "port".</shortdesc>
  </parameter>
  <parameter name="type" unique="0" required="1">
    <getopt mixed="--type=[type]" />
    <content type="select">
      <option value="shelly1" />
      <option value="shelly2" />
      <option value="tasmota" />
    </content>
    <shortdesc lang="en">Kind of smart plug: shelly1 (Shelly's first generation), shelly2 (Shelly Gen2 and later) or tasmota</shortdesc>
  </parameter>
  <parameter name="relay" unique="0" required="0">
    <getopt mixed="--relay=[number]" />
    <content type="integer" default="0" />
    <shortdesc lang="en">Number of the relay, from 0, if the device fences one node</shortdesc>
  </parameter>
  <parameter name="plug" unique="0" required="0">
    <getopt mixed="--plug=[number]" />
    <content type="string" />
    <shortdesc lang="en">Number of the node's relay, from 0, which Pacemaker takes from pcmk_host_map. The node's own name stands for the parameter "relay".</shortdesc>
  </parameter>
  <parameter name="username" unique="0" required="0" obsoletes="login">
    <getopt mixed="--username=[name]" />
    <content type="string" default="admin" />
    <shortdesc lang="en">Login name</shortdesc>
  </parameter>
  <parameter name="password" unique="0" required="0" obsoletes="passwd">
    <getopt mixed="--password=[password]" />
    <content type="string" />
    <shortdesc lang="en">Login password. Without it, requests carry no login.</shortdesc>
  </parameter>
</parameters>
<actions>
  <action name="on" automatic="0" />
  <action name="off" />
  <action name="reboot" />
  <action name="status" />
  <action name="list" />
  <action name="monitor" />
  <action name="metadata" />
  <action name="validate-all" />
</actions>
</resource-agent>
XML
}

fail() {
  printf 'fence_plug: %s\n' "$1" >&2
  exit 1
}

# --- Parameters

# set_parameter NAME VALUE. Names that it does not know are ignored, as the interface demands.
set_parameter() {
  case $1 in
    action | option) action=$2 ;;
    ip | ipaddr) ip=$2 ;;
    ipport) ipport=$2 ;;
    port) port=$2 ;;
    type) type=$2 ;;
    relay) relay=$2 ;;
    plug) plug=$2 ;;
    nodename) nodename=$2 ;;
    username | login) username=$2 ;;
    password | passwd) password=$2 ;;
  esac
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --*=*)
        option=${1#--}
        set_parameter "${option%%=*}" "${option#*=}"
        shift
        ;;
      -o | --*)
        [ $# -gt 1 ] || fail "the option $1 has no value"
        case $1 in -o) set_parameter action "$2" ;; *) set_parameter "${1#--}" "$2" ;; esac
        shift 2
        ;;
      *) fail "unknown argument; parameters are given as --name=value, or as name=value on stdin" ;;
    esac
  done
}

read_lines() {
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line#"${line%%[![:space:]]*}"}
    case $line in
      '#'*) ;;
      *=*) set_parameter "${line%%=*}" "${line#*=}" ;;
    esac
  done
}

is_relay() {
  case $1 in [0-9] | [1-9][0-9]) ;; *) return 1 ;; esac
}

check_parameters() {
  case $ip in
    '') fail 'the parameter ip is missing' ;;
    -* | *[!0-9A-Za-z.:_-]*) fail 'ip must be an IP address or a hostname' ;;
    *:*) host="[$ip]" ;;
    *) host=$ip ;;
  esac
  port=${ipport:-${port:-80}}
  case $port in
    *[!0-9]* | ??????*) fail "the TCP port must be a number from 1 to 65535, not $port" ;;
  esac
  [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || fail "the TCP port must be a number from 1 to 65535, not $port"
  case $type in
    '') fail 'the parameter type is missing: shelly1, shelly2 or tasmota' ;;
    shelly1 | shelly2 | tasmota) ;;
    *) fail "type must be shelly1, shelly2 or tasmota, not $type" ;;
  esac
  case $username in *:*) fail 'username cannot contain a colon' ;; esac
  username=${username:-admin}
  [ -z "$relay" ] || is_relay "$relay" || fail "relay must be a number from 0 to 99, not $relay"
  choose_relay
}

# The relay is `plug` or `relay`. Whatever is ambiguous fails: the wrong relay is another node's power.
choose_relay() {
  if [ -z "$plug" ]; then
    relay=${relay:-0}
  elif ! is_relay "$plug"; then
    [ "$plug" = "$nodename" ] || fail "plug must be the number of a relay, from 0, not $plug"
    relay=${relay:-0}
  elif [ "$plug" = "$nodename" ]; then
    [ -n "$relay" ] || fail "$plug is the name of the node and could be the number of a relay: set relay"
  elif [ -n "$relay" ] && [ "$relay" != "$plug" ]; then
    fail "plug is $plug and relay is $relay: leave out one of them"
  else
    relay=$plug
  fi
}

# --- Requests

uptime_seconds() {
  read -r uptime _ </proc/uptime
  printf '%s' "${uptime%%.*}"
}

# A value in double quotes, as curl reads it in its configuration.
quoted() {
  printf '"'
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
  printf '"\n'
}

# curl_config SECONDS PATH [NAME=VALUE...]
curl_config() {
  printf '%s\n' silent globoff get 'noproxy = "*"' 'write-out = "\n%{http_code}"' \
    "connect-timeout = $connect_seconds" "max-time = $1" "url = \"http://$host:$port$2\""
  shift 2
  for pair; do
    printf 'data-urlencode = '
    quoted "$pair"
  done
  [ -n "$password" ] || return 0
  [ "$type" != shelly2 ] || echo digest
  printf 'user = '
  quoted "$username:$password"
}

# request PATH [NAME=VALUE...]: the answer in $answer, in lower case and without white space; or what went wrong in $problem, and $hopeless if
# further requests are useless.
request() {
  left=$((deadline - $(uptime_seconds)))
  if [ "$left" -le 0 ]; then
    hopeless=yes
    problem=${problem:-"the plug at $host:$port is too slow"}
    return 1
  fi
  [ "$left" -le "$request_seconds" ] || left=$request_seconds
  answer=$(curl_config "$left" "$@" | curl -q -K -)
  code=$?
  case $code in
    0) ;;
    6) problem="the name $ip is not known" ;;
    7) problem="nothing answers at $host:$port" ;;
    28) problem="no answer from $host:$port in time" ;;
    127) problem='curl is not installed' ;;
    *) problem="curl failed with exit code $code for $host:$port" ;;
  esac
  [ "$code" = 0 ] || return 1
  http_status=${answer##*"$newline"}
  answer=$(printf '%s' "${answer%"$newline"*}" | tr -d '[:space:]' | tr '[:upper:]' '[:lower:]')
  # Tasmota before 8.2.3 answers a wrong password with 200 and a warning.
  case $http_status$answer in
    401* | 403* | '200{"warning":"needuser='*)
      hopeless=yes
      problem="the plug at $host:$port refuses the user name or the password"
      return 1
      ;;
    200*) return 0 ;;
  esac
  problem="the plug at $host:$port answered with HTTP $http_status: is it of the type $type, and has it a relay $relay?"
  return 1
}

newline='
'

# tasmota COMMAND. The login goes in the URL, as its manual says; newer versions take that of HTTP too.
tasmota() {
  request /cm "cmnd=$1" ${password:+"user=$username"} ${password:+"password=$password"}
}

# --- The relay

# Puts on or off into $state.
read_relay() {
  case $type in
    shelly1) request "/relay/$relay" && state_in '"ison":true' '"ison":false' ;;
    shelly2) request /rpc/Switch.GetStatus "id=$relay" && state_in '"output":true' '"output":false' ;;
    tasmota)
      tasmota "Power$((relay + 1))" || return 1
      # Devices with one relay leave out its number.
      [ "$relay" != 0 ] || answer=$(printf '%s' "$answer" | sed 's/"power":/"power1":/')
      state_in "\"power$((relay + 1))\":\"on\"" "\"power$((relay + 1))\":\"off\""
      ;;
  esac
}

state_in() {
  case $answer in
    *"$1"*) state=on ;;
    *"$2"*) state=off ;;
    *)
      problem="the plug at $host:$port does not tell the state of relay $relay: is it of the type $type, and has it this relay?"
      return 1
      ;;
  esac
}

# switch_relay on|off|reboot. With reboot, the plug switches on again by itself.
switch_relay() {
  case $type-$1 in
    shelly1-reboot) request "/relay/$relay" turn=off "timer=$off_seconds" ;;
    shelly1-*) request "/relay/$relay" "turn=$1" ;;
    shelly2-reboot) request /rpc/Switch.Set "id=$relay" on=false "toggle_after=$off_seconds" ;;
    shelly2-off) request /rpc/Switch.Set "id=$relay" on=false ;;
    shelly2-on) request /rpc/Switch.Set "id=$relay" on=true ;;
    tasmota-reboot) reboot_tasmota $((relay + 1)) ;;
    tasmota-*)
      # What an earlier reboot has left to be done would switch on again.
      cancel_tasmota $((relay + 1)) && tasmota "Power$((relay + 1)) $1"
      ;;
  esac
}

cancel_tasmota() {
  tasmota "TimedPower$1" || return 1
  is_unknown || return 0
  tasmota Backlog
}

reboot_tasmota() {
  tasmota "TimedPower$1 ${off_seconds}000,0" || return 1
  is_unknown || return 0
  # Tasmota before 13.3.0.4. Each request that arrives meanwhile ends the running Delay (CommandHandler in its source sets the time of the next
  # command of the backlog): even the reading of the relay would return the power within 0.2 s. So there are several. An earlier backlog is
  # removed, because it would switch on in the middle of this one.
  tasmota Backlog && tasmota "Backlog Power$1 off;Delay 50;Delay 50;Delay 50;Delay 50;Power$1 on" && sleep "$pause_seconds"
}

is_unknown() {
  case $answer in *'"command":"'*) ;; *) return 1 ;; esac
}

# reach ACTION STATE: switches until the relay is read back in that state.
reach() {
  for _ in 1 2 3; do
    if switch_relay "$1"; then
      for _ in 1 2 3; do
        if read_relay; then
          [ "$state" != "$2" ] || return 0
          problem="relay $relay of the plug at $host:$port was switched, and is still $state"
        fi
        [ -z "$hopeless" ] || return 1
        sleep "$pause_seconds"
      done
    fi
    [ -z "$hopeless" ] || return 1
    sleep "$pause_seconds"
  done
  return 1
}

# Reads the relay, a second time if a request was lost.
look() {
  read_relay && return 0
  [ -z "$hopeless" ] || return 1
  sleep "$pause_seconds"
  read_relay
}

# --- Actions

if [ $# -gt 0 ]; then read_options "$@"; else read_lines; fi
action=$(printf '%s' "$action" | tr '[:upper:]' '[:lower:]')

case $action in
  metadata | meta-data)
    metadata
    exit 0
    ;;
  validate-all | monitor | status | list | on | off | reboot) check_parameters ;;
  '') fail 'the parameter action is missing' ;;
  *) fail "unknown action: $action" ;;
esac

deadline=$(($(uptime_seconds) + total_seconds))

case $action in
  validate-all) ;;
  monitor) look || fail "$problem" ;;
  list)
    look || fail "$problem"
    echo "$relay,"
    ;;
  status)
    look || fail "$problem"
    echo "Status: $state"
    [ "$state" = on ] || exit 2
    ;;
  on) reach on on || fail "$problem" ;;
  off | reboot) reach "$action" off || fail "$problem" ;;
esac
exit 0
