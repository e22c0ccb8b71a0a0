import { askAndPrint, readInterface } from './neighbour-question.js'

/**
 * A program in Perl that asks by neighbour discovery (RFC 4861) which machines have an IPv6 address. Its source address is one of
 * the node's own: a solicitation without one counts as duplicate address detection (RFC 4862, 5.4.3), and a node that has just
 * been given the address would give it up.
 *
 * The only module is `strict`, since perl-base has few. 17 is AF_PACKET, 3 SOCK_RAW, 0x86dd IPv6; the types 135 and 136 are
 * solicitation and advertisement. /proc/net/if_inet6 has address, index, prefix length, scope and flags of each address: scope 0x20
 * is link-local, and 0x48 are the flags of addresses that are tentative or duplicates. The question goes to the narrowest network that contains the address.
 */
export const ndpProgram = String.raw`use strict;
my $wanted = pack "H32", $ARGV[0]; my ($name, $source, $longest) = (undef, undef, -1);
open my $own, "<", "/proc/net/if_inet6" or die "no IPv6: $!\n";
while (<$own>) {
  my ($text, undef, $length, $scope, $flags, $interface) = split; $length = hex $length;
  next if hex($scope) != 0 or hex($flags) & 0x48 or $length <= $longest or $length == 128;
  my $address = pack "H32", $text; next if $address eq $wanted;
  ($name, $source, $longest) = ($interface, $address, $length) if substr(unpack("B128", $address), 0, $length) eq substr(unpack("B128", $wanted), 0, $length);
}
die "no interface is in its network\n" unless defined $name;
${readInterface}
my $hardware = pack "H12", $mac =~ tr/://dr;
my ($group, $to) = (pack("H26", "ff0200000000000000000001ff") . substr($wanted, 13), pack("H6", "3333ff") . substr($wanted, 13));
my $message = pack "C C n N a16 C C a6", 135, 0, 0, 0, $wanted, 1, 1, $hardware;
my $sum = unpack "%32n*", $source . $group . pack("N N", length $message, 58) . $message;
$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
substr($message, 2, 2) = pack "n", ~$sum & 0xffff;
my $question = pack("a6 a6 n N n C C a16 a16", $to, $hardware, 0x86dd, 0x60000000, length $message, 58, 255, $source, $group) . $message;
socket my $socket, 17, 3, unpack "S", pack "n", 0x86dd or die "no packet socket: $!\n";
bind $socket, pack "S n i S C C a8", 17, 0x86dd, $index, 0, 0, 0, "" or die "$name: $!\n";
my $place = pack "S n i S C C a8", 17, 0x86dd, $index, 1, 0, 6, $to;
${askAndPrint(
  78,
  String.raw`  my ($from, $next, $type, $target) = unpack "x6 a6 x8 C x33 C x7 a16", $frame;
  next unless $next == 58 and $type == 136 and $target eq $wanted and $from ne $hardware;`,
)}`
