import { lastLines } from '../errors.js'
import { familyOf, hostPrefixOf, hexOfIPv6 } from '../ip-address.js'
import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'
import { ndpProgram } from './ndp-program.js'
import { askAndPrint, readInterface } from './neighbour-question.js'

/** The machines that answer for an address, in a network that the node shares with it. */
export interface NeighbourAnswers {
  /** The interface that sent the request. */
  interface: string
  /** The hardware addresses that answered. */
  macs: string[]
}

/**
 * Asks the network which machines have an address: by ARP, or by neighbour discovery for IPv6 (`ndp-program.ts`). Undefined if the
 * node has the address itself: it would get no answer.
 */
export function neighbourAnswers(address: string): Fact<NeighbourAnswers | undefined> {
  return { family: familyOf(address) === 6 ? ndpProbes : arpProbes, argument: address }
}

/**
 * Sends an ARP probe (RFC 5227), whose sender address is empty: it changes no neighbour table, and every machine that has the
 * address answers. The kernel's own resolution would keep one answer only. The program is Perl, which every Debian has
 * (perl-base is essential); arping is not installed by default.
 *
 * The only module is `strict`, since perl-base has few. 17 is AF_PACKET, 3
 * SOCK_RAW, 0x0806 ARP. /proc/net/route has addresses in the byte order of the machine; the request goes to the narrowest
 * network without a gateway that contains the address.
 */
const arpProgram = String.raw`use strict;
my $wanted = pack "C4", split /\./, $ARGV[0]; my ($name, $widest) = (undef, -1);
open my $routes, "<", "/proc/net/route" or die "no routes: $!\n";
while (<$routes>) {
  my @route = split; next unless @route > 7 and $route[2] =~ /^0+$/;
  my ($net, $mask) = map { unpack "N", pack "L", hex } @route[1, 7];
  ($name, $widest) = ($route[0], $mask) if (unpack("N", $wanted) & $mask) == $net and $mask > $widest;
}
die "no interface is in its network\n" unless defined $name;
${readInterface}
my $own = pack "H12", $mac =~ tr/://dr;
socket my $socket, 17, 3, unpack "S", pack "n", 0x0806 or die "no packet socket: $!\n";
bind $socket, pack "S n i S C C a8", 17, 0x0806, $index, 0, 0, 0, "" or die "$name: $!\n";
my $question = pack "a6 a6 n n n C C n a6 N a6 a4", "\xff" x 6, $own, 0x0806, 1, 0x0800, 6, 4, 1, $own, 0, "", $wanted;
my $place = pack "S n i S C C a8", 17, 0x0806, $index, 1, 0, 6, "\xff" x 6;
${askAndPrint(
  42,
  String.raw`  my ($kind, $from, $address) = unpack "x20 n a6 a4", $frame;
  next unless $kind == 2 and $address eq $wanted and $from ne $own;`,
)}`

const ownAddress = 'own address'

const arpProbes = probes('ARP answers for addresses', arpProgram, address => address)

const ndpProbes = probes('NDP answers for addresses', ndpProgram, hexOfIPv6)

function probes(
  name: string,
  program: string,
  argumentOf: (address: string) => string,
): Family<NeighbourAnswers | undefined> {
  return {
    name,
    waits: true,
    script: addresses =>
      addresses
        .map(
          address =>
            sh`if [ "$(ip -o addr show to ${hostPrefixOf(address)})" ]; then echo ${ownAddress}; else perl -e ${program} ${argumentOf(address)} || :; fi; printf '\\0'`,
        )
        .join('\n'),
    parse: ({ stdout }, addresses) => addresses.map((address, at) => answersIn(stdout.split('\0')[at] ?? '', address)),
  }
}

/** @param output - one line with the interface and the hardware addresses that answered, or the reason why there is none. */
export function answersIn(output: string, address: string): NeighbourAnswers | undefined | Error {
  if (output === `${ownAddress}\n`) return undefined
  const [, name, macs = ''] = /^(\S+)((?: [0-9a-f:]{17})*)\n$/.exec(output) ?? []
  const protocol = familyOf(address) === 6 ? 'NDP' : 'ARP'
  if (name === undefined)
    return new Error(`cannot send an ${protocol} probe for ${address}: ${lastLines(output) || 'no perl'}`)
  return {
    interface: name,
    macs: macs
      .trim()
      .split(' ')
      .filter(mac => mac !== ''),
  }
}
