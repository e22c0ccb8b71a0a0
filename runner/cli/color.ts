/** Whether stdout shows colours: a terminal, and nobody who said no (`--no-color`, or https://no-color.org). */
export function wantsColor({ color }: { color: boolean }): boolean {
  return color && process.stdout.isTTY && process.env['NO_COLOR'] === undefined
}
