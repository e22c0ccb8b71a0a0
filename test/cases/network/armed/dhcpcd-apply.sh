# Time to report that the change has begun.
sleep 1
:
(
set -e
mv -fT -- /etc/.dhcpcd.conf.ha-run /etc/dhcpcd.conf
sync -- /etc
); moved=$?
for pid in "$(dhcpcd -P eth0)" "$(dhcpcd -P)"; do [ -s "$pid" ] && kill -HUP "$(cat "$pid")" && break; done
echo $((moved + $?)) >/var/lib/ha-run/address/result
