# Time to report that the change has begun.
sleep 1
ifdown --force eth0
ip -4 address flush dev eth0
(
set -e
mv -fT -- /etc/network/.interfaces.ha-run /etc/network/interfaces
sync -- /etc/network
); moved=$?
ifup --force eth0 $(ifquery --state | awk -F= -v 'prefix=eth0:' 'index($1, prefix) == 1 { print $1 }')
echo $((moved + $?)) >/var/lib/ha-run/address/result
