/** Shell text that takes apt's own lock in a unit `hold`, so that an installation on the node waits; it returns once the lock is held. */
export const holdApt = (seconds = 600) => `cat >/run/hold.pl <<'PERL'
use Fcntl; open F, ">", "/var/lib/dpkg/lock-frontend"; my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
fcntl(F, F_SETLK, $lock) or die; sleep ${seconds};
PERL
systemctl stop hold.service 2>/dev/null; systemd-run -q --unit=hold perl /run/hold.pl; for i in $(seq 900); do grep -q " $(systemctl show -P MainPID hold) " /proc/locks && exit; sleep 0.1; done; exit 1`
