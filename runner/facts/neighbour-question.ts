/**
 * Parts of programs in Perl that ask the machines of a network who has an address: by ARP, or by neighbour discovery. On Linux, select
 * returns the time that is left.
 */

/** Sets `$index` and `$mac` of the interface `$name`. */
export const readInterface = String.raw`my ($index, $mac) = map {
  my $path = "/sys/class/net/$name/$_"; open my $file, "<", $path or die "$path: $!\n";
  defined(my $line = <$file>) or die "$path: $!\n"; chomp $line; $line
} "ifindex", "address";`

/**
 * Sends `$question` over `$socket` to `$place`, and once more, since a frame may get lost. Listens for 0.3 s, or for 0.1 s after the
 * first answer, and prints the interface with the hardware addresses that answered.
 *
 * @param bytes - of the shortest frame that can be an answer.
 * @param read - sets `$from`, the hardware address of the sender of `$frame`, and goes to the `next` frame if it is no answer.
 */
export function askAndPrint(bytes: number, read: string): string {
  return String.raw`my ($left, $asked, %seen) = (0, 0);
while (1) {
  my $ready = ""; vec($ready, fileno $socket, 1) = 1;
  (my $come, $left) = select $ready, undef, undef, $left;
  if ($come < 1) {
    last if %seen or $asked == 2;
    send $socket, $question, 0, $place or die "$name: $!\n"; $asked += 1; $left = 0.15; next;
  }
  recv $socket, my $frame, 256, 0; next if length $frame < ${bytes};
${read}
  $left = 0.1 unless %seen; $seen{join ":", unpack "(H2)6", $from} = 1;
}
print join(" ", $name, sort keys %seen), "\n";`
}
