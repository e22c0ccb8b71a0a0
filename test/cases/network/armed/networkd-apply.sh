# Time to report that the change has begun.
sleep 1
:
(
set -e
mv -fT -- /etc/systemd/network/.10-eth0.network.ha-run /etc/systemd/network/10-eth0.network
sync -- /etc/systemd/network
); moved=$?
networkctl reload
networkctl reconfigure eth0
echo $((moved + $?)) >/var/lib/ha-run/address/result
