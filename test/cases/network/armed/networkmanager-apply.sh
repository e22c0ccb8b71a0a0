# Time to report that the change has begun.
sleep 1
:
(
set -e
mv -fT -- '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run' '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection'
sync -- /etc/NetworkManager/system-connections
); moved=$?
if [ -e '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection' ]; then [ ! -e '/run/NetworkManager/system-connections/Wired connection 1.nmconnection' ] || mv -f -- '/run/NetworkManager/system-connections/Wired connection 1.nmconnection' '/run/ha-run.Wired connection 1.nmconnection'; else [ ! -e '/run/ha-run.Wired connection 1.nmconnection' ] || mv -f -- '/run/ha-run.Wired connection 1.nmconnection' '/run/NetworkManager/system-connections/Wired connection 1.nmconnection'; fi
nmcli connection reload
nmcli device reapply eth0 || nmcli -w 30 connection up uuid "$(nmcli -t -f UUID,DEVICE connection show --active | sed -n 's/:eth0$//p')" ifname eth0
echo $((moved + $?)) >/var/lib/ha-run/address/result
