undo() {
[ ! -e /run/ha-run.address ] || {
systemctl kill -s KILL ha-run-address-change.service 2>/dev/null
:
}
(
set -e
if [ -e /var/lib/ha-run/address/former ]; then
cp -p -- /var/lib/ha-run/address/former '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run'
sync -- '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run'
mv -fT -- '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run' '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection'
sync -- /etc/NetworkManager/system-connections
else
rm -f -- '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection' '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run'
sync -- /etc/NetworkManager/system-connections
fi
); restored=$?
[ ! -e /run/ha-run.address ] || {
if [ -e '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection' ]; then [ ! -e '/run/NetworkManager/system-connections/Wired connection 1.nmconnection' ] || mv -f -- '/run/NetworkManager/system-connections/Wired connection 1.nmconnection' '/run/ha-run.Wired connection 1.nmconnection'; else [ ! -e '/run/ha-run.Wired connection 1.nmconnection' ] || mv -f -- '/run/ha-run.Wired connection 1.nmconnection' '/run/NetworkManager/system-connections/Wired connection 1.nmconnection'; fi
nmcli connection reload
nmcli device reapply eth0 || nmcli -w 30 connection up uuid "$(nmcli -t -f UUID,DEVICE connection show --active | sed -n 's/:eth0$//p')" ifname eth0
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
