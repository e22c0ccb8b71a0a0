import { TaskError, UsageError } from '../errors.js'
import { fact } from '../facts/fact.js'
import { fileState } from '../facts/files.js'
import { unitState } from '../facts/units.js'
import { CommandError } from '../ssh/outcome.js'
import { sh } from '../ssh/quote.js'
import type { NodeScope } from './scope.js'
import { notLoaded, reloadSystemd } from './drop-in.js'
import { file } from './file.js'
import { serviceCommands, serviceDifferences } from './service.js'
import { task, type NodeTask, type TaskRef } from './task.js'

export interface TimerOptions {
  /** A program with its arguments; or a text, as `ExecStart=` has it (systemd.service(5)). */
  command: readonly string[] | string
  /** When it runs, as in systemd.time(7): `daily`, `Mon *-*-* 03:00`. */
  schedule: string | readonly string[]
  /** The user who runs it. @default root */
  user?: string
  /** Run once after boot if its time came while the node was off. @default true */
  persistent?: boolean
  /** Each node waits for a random time of up to so long, so that not all begin at once. @default 0 */
  randomDelaySeconds?: number
  /** For `systemctl list-timers` and the journal. @default the name */
  description?: string
  title?: string
  needs?: readonly TaskRef[]
}

/** Where packages have their units. */
const shippedUnits = '/usr/lib/systemd/system'

/**
 * A command that systemd runs at certain times: NAME.timer with NAME.service.
 *
 * ```ts
 * timer('shop-backup', { command: ['/usr/local/bin/backup', '--all'], schedule: '*-*-* 03:00', user: 'shop' })
 * ```
 */
export function timer(name: string, options: TimerOptions): NodeTask {
  if (!/^[\w:.-]+$/.test(name)) throw new UsageError(`not the name of a timer: ${name}`)
  const { title = `timer ${name}`, needs } = options
  const schedules = [options.schedule].flat()
  const unit = `${name}.timer`
  const units = [`${name}.service`, unit]
  const texts = timerTexts(name, options)
  const files = [texts.service, texts.timer].map((content, at) => file(`/etc/systemd/system/${units[at]}`, { content }))
  const running = { enabled: true, running: true }
  const calendar = fact('calendar', sh`systemd-analyze calendar -- ${schedules} 2>&1`, output => {
    if (output.exitCode !== 0) throw new CommandError('systemd-analyze calendar', output, `${title}: not a schedule`)
  })

  async function fileDifferences(scope: NodeScope) {
    const found = await Promise.all(files.map(written => written.check(scope)))
    return found.flatMap(each => (Array.isArray(each) ? each : []))
  }

  return task(title, {
    ...(needs && { needs }),
    async check(scope) {
      const { read } = scope
      const [differing, states, shipped] = await Promise.all([
        fileDifferences(scope),
        Promise.all(units.map(each => read(unitState(each)))),
        Promise.all(units.map(each => read(fileState(`${shippedUnits}/${each}`)))),
      ])
      const foreign = units.filter((_, at) => shipped[at])
      if (foreign.length > 0) {
        throw new TaskError(`a package has a unit of that name: ${foreign.join(', ')}`, {
          hint: 'give the timer another name',
        })
      }
      if (differing.length > 0) await read(calendar)
      return [
        ...differing,
        ...units.flatMap((each, at) => (states[at]?.outdated && differing.length === 0 ? [notLoaded(each)] : [])),
        ...serviceDifferences(unit, running, states[1]!),
      ]
    },
    async apply(scope, differences) {
      for (const written of files) {
        const found = await written.check(scope)
        if (Array.isArray(found) && found.length > 0) await written.apply(scope, found)
      }
      await reloadSystemd(scope.$)
      for (const words of serviceCommands(unit, running, differences)) await scope.$`${words}`
    },
  })
}

/** The texts of the two units. */
export function timerTexts(
  name: string,
  {
    command,
    schedule,
    user,
    persistent = true,
    randomDelaySeconds = 0,
    description = name,
  }: Omit<TimerOptions, 'title' | 'needs'>,
): { service: string; timer: string } {
  const execStart = typeof command === 'string' ? command : command.map(systemdArgument).join(' ')
  const lines = [execStart, description, user ?? '', ...[schedule].flat()]
  if (lines.some(text => /[\r\n]/.test(text))) throw new UsageError(`timer ${name}: a setting must be one line`)
  const unit = ['# Written by ha-run.', '[Unit]', `Description=${description.replaceAll('%', '%%')}`, '']
  return {
    service: [
      ...unit,
      '[Service]',
      'Type=oneshot',
      `ExecStart=${execStart}`,
      ...(user === undefined ? [] : [`User=${user}`]),
      '',
    ].join('\n'),
    timer: [
      ...unit,
      '[Timer]',
      ...[schedule].flat().map(when => `OnCalendar=${when}`),
      `Persistent=${persistent}`,
      ...(randomDelaySeconds === 0 ? [] : [`RandomizedDelaySec=${randomDelaySeconds}`]),
      '',
      '[Install]',
      'WantedBy=timers.target',
      '',
    ].join('\n'),
  }
}

/** An argument in quotes, in which systemd expands nothing (systemd.service(5), Command lines; systemd.unit(5), Specifiers). */
function systemdArgument(argument: string): string {
  const escaped = argument
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
  return `"${escaped}"`
}
