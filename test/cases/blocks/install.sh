trap 'code=$?; trap '\'''\'' TERM INT HUP; systemctl -q unmask --runtime b.service; exit $code' EXIT; trap 'trap '\'''\'' TERM INT HUP; exit 143' TERM INT HUP
systemctl -q mask --runtime b.service
install() { apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o APT::Status-Fd=1 install --no-install-recommends -- a; }
tries=300
exec 3>&1
[ -z "$(ls /var/lib/dpkg/updates)" ] || dpkg --force-confold --configure -a >&2 || :
[ "$(find /var/lib/apt/lists -maxdepth 0 -mmin -10; find /etc/apt -newer /var/lib/apt/lists)" = /var/lib/apt/lists ] && install && exit
until out=$(apt-get -q -o APT::Status-Fd=3 update 2>&1); do
  case $out in *"Could not get lock"*) printf "%s\n" "Could not get lock${out#*Could not get lock}" ;; *) printf "%s\n" "$out" >&2; break ;; esac
  tries=$((tries - 1)); [ $tries -gt 0 ] || { printf "%s\n" "$out" >&2; exit 100; }; sleep 1
done
install
