import { chmod } from 'node:fs/promises'
import type { LabSite } from './site-harness.js'

/** Services on a lab that probes ask. */

/** Answers questions at the floating IP, from that address, with 192.168.0.254; perl is a part of every Debian. IP_FREEBIND is 15. */
const dnsServer = `use Socket; socket(S, PF_INET, SOCK_DGRAM, 0); setsockopt(S, 0, 15, pack("l", 1)); bind(S, sockaddr_in(53, inet_aton("192.168.0.10"))) or die $!;
while (defined(my $from = recv(S, my $q, 512, 0))) {
  my $end = index($q, "\\0", 12) + 5;
  send(S, substr($q, 0, 2) . "\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" . substr($q, 12, $end - 12) . "\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4\\xc0\\xa8\\0\\xfe", 0, $from);
}`
export const startDns = `printf '%s' '${dnsServer}' >/root/dns.pl; systemd-run -q --unit probe-dns perl /root/dns.pl`
export const stopDns = 'systemctl stop probe-dns'

/** The program of a probe, in the lab's folder: it succeeds unless a file says that the shop is closed. */
export async function writeCheckShop(site: LabSite): Promise<void> {
  const program = await site.file(
    'check-shop',
    '#!/bin/sh\n[ "$1" = 192.168.0.10 ] && [ ! -e closed ] && exit; echo no; exit 3\n',
  )
  await chmod(program, 0o755)
}

/** The inventory with probes of every kind, in the lab's own folder, where the program is. */
export async function inventoryWithProbes(site: LabSite, expected: string): Promise<string> {
  return site.inventory(`probes-${expected}.yml`, cluster => {
    cluster['probes'] = {
      page: { http: 'http://{FloatIP}/', expect: 'Site Teste' },
      dns: { dns: '{FloatIP}', name: 'router.lan', expect: `192.168.0.${expected}` },
      login: { tcp: '{FloatIP}:22' },
      own: { command: ['./check-shop', '{FloatIP}'], timeout: '5s' },
    }
  })
}
