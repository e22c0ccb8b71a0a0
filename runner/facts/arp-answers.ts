import { lastLines } from '../ssh/diagnose.js'
import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

/** Who answers for an address on the network that a node shares with it. */
export interface ArpAnswers {
  /** The interface that asked. */
  interface: string
  /** The hardware addresses that answered. */
  macs: string[]
}

/**
 * Asks as RFC 5227 has it for a probe, from no address: nobody learns anything by it, no neighbour table changes, and all
 * who have the address answer, not the quickest alone. A kernel asked to resolve the address would keep one answer only.
 * In Perl, which every Debian has (perl-base is essential); arping, which can do the same, no Debian has by itself.
 *
 * The first question is repeated once, since a frame may get lost. Listens for 0.3 s, and where somebody answers for 0.1 s
 * from then on. Undefined where the node has the address itself: it would hear nobody, and has waited for that.
 */
export function arpAnswers(address: string): Fact<ArpAnswers | undefined> {
  return { family: probes, argument: address }
}

/**
 * No module but `strict`, since perl-base has few; the time that is left comes from select itself, as Linux tells it. 17 is
 * AF_PACKET, 3 SOCK_RAW, 0x0806 ARP. /proc/net/route has addresses in the byte order of the machine; the narrowest
 * network without a gateway in which the address lies is the one to ask in.
 */
const program = String.raw`use strict;
my $wanted = pack "C4", split /\./, $ARGV[0]; my ($name, $widest) = (undef, -1);
open my $routes, "<", "/proc/net/route" or die "no routes: $!\n";
while (<$routes>) {
  my @route = split; next unless @route > 7 and $route[2] =~ /^0+$/;
  my ($net, $mask) = map { unpack "N", pack "L", hex } @route[1, 7];
  ($name, $widest) = ($route[0], $mask) if (unpack("N", $wanted) & $mask) == $net and $mask > $widest;
}
die "no interface is in its network\n" unless defined $name;
my ($index, $mac) = map { open my $file, "<", "/sys/class/net/$name/$_" or die "$name: $!\n"; my $line = <$file>; chomp $line; $line } "ifindex", "address";
my $own = pack "H12", $mac =~ tr/://dr;
socket my $socket, 17, 3, unpack "S", pack "n", 0x0806 or die "no packet socket: $!\n";
bind $socket, pack "S n i S C C a8", 17, 0x0806, $index, 0, 0, 0, "" or die "$name: $!\n";
my $question = pack "a6 a6 n n n C C n a6 N a6 a4", "\xff" x 6, $own, 0x0806, 1, 0x0800, 6, 4, 1, $own, 0, "", $wanted;
my $to = pack "S n i S C C a8", 17, 0x0806, $index, 1, 0, 6, "\xff" x 6;
my ($left, $asked, %seen) = (0, 0);
while (1) {
  my $ready = ""; vec($ready, fileno $socket, 1) = 1;
  (my $come, $left) = select $ready, undef, undef, $left;
  if ($come < 1) {
    last if %seen or $asked == 2;
    send $socket, $question, 0, $to or die "$name: $!\n"; $asked += 1; $left = 0.15; next;
  }
  recv $socket, my $frame, 128, 0; next if length $frame < 42;
  my ($kind, $from, $address) = unpack "x20 n a6 a4", $frame;
  next unless $kind == 2 and $address eq $wanted and $from ne $own;
  $left = 0.1 unless %seen; $seen{join ":", unpack "(H2)6", $from} = 1;
}
print join(" ", $name, sort keys %seen), "\n";`

const held = 'it is ours'

const probes: Family<ArpAnswers | undefined> = {
  name: 'who answers for an address',
  script: addresses => addresses.map(address =>
    sh`if [ "$(ip -o -4 addr show to ${`${address}/32`})" ]; then echo ${held}; else perl -e ${program} ${address} 2>&1 || :; fi; printf '\\0'`).join('\n'),
  parse: ({ stdout }, addresses) => addresses.map((address, at) => answersIn(stdout.split('\0')[at] ?? '', address)),
}

/** @param output - the interface and who answered, on a line; anything else is why nobody was or could be asked. */
export function answersIn(output: string, address: string): ArpAnswers | undefined | Error {
  if (output === `${held}\n`) return undefined
  const [, name, macs = ''] = /^(\S+)((?: [0-9a-f:]{17})*)\n$/.exec(output) ?? []
  if (name === undefined) return new Error(`nobody could be asked who has ${address}: ${lastLines(output) || 'no perl'}`)
  return { interface: name, macs: macs.trim().split(' ').filter(mac => mac !== '') }
}
