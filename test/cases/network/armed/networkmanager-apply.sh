# Time to report that the change has begun.
sleep 1
:
(
set -e
mv -fT -- '/etc/NetworkManager/system-connections/.Wired connection 1.nmconnection.ha-run' '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection'
sync -- /etc/NetworkManager/system-connections
); moved=$?
nmcli connection reload
nmcli device reapply eth0
echo $((moved + $?)) >/var/lib/ha-run/address/result
