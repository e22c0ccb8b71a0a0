undo() {
[ ! -e /run/ha-run.address ] || {
systemctl kill -s KILL ha-run-address-change.service 2>/dev/null
ifdown --force eth0
ip -4 address flush dev eth0
}
(
set -e
if [ -e /var/lib/ha-run/address/former ]; then
cp -p -- /var/lib/ha-run/address/former /etc/network/.interfaces.ha-run
sync -- /etc/network/.interfaces.ha-run
mv -fT -- /etc/network/.interfaces.ha-run /etc/network/interfaces
sync -- /etc/network
else
rm -f -- /etc/network/interfaces /etc/network/.interfaces.ha-run
sync -- /etc/network
fi
); restored=$?
[ ! -e /run/ha-run.address ] || {
ifup --force eth0 $(ifquery --state | awk -F= -v 'prefix=eth0:' 'index($1, prefix) == 1 { print $1 }')
n=150; until ip -4 -o address show dev eth0 to 192.168.0.1/32 | grep -q . || [ $n = 0 ]; do sleep 0.2; n=$((n - 1)); done
ip -4 address del 192.168.0.21/24 dev eth0 2>/dev/null
:
session=$(cat /var/lib/ha-run/address/session 2>/dev/null) && case $(readlink "/proc/$session/fd/9") in
  /run/lock/ha-run.*) kill -KILL "$session" ;;
esac
}
[ $restored = 0 ] || exit
rm -f -- /etc/systemd/system/ha-run-address-undo.service /etc/systemd/system/multi-user.target.wants/ha-run-address-undo.service
[ ! -e /run/ha-run.address ] || systemctl daemon-reload
rm -rf -- /var/lib/ha-run/address /run/ha-run.address
}
undo; exit
