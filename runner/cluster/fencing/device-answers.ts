import type { Fact, Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { agentDirectory } from './agent-metadata.js'

/** A device is asked by its agent, which may need a login at a slow management board. */
const answerTimeoutSeconds = 20

/** What a device says to a node that asks it. */
export type DeviceAnswer = 'answers' | 'silent' | 'cannot be asked'

/**
 * Whether a device answers when this node asks it. Where the device does not run, Pacemaker has its agent list what it can fence
 * (`stonith_admin --query`), and some agents cannot: those of management boards, which switch one machine.
 */
export function deviceAnswers({ id, agent }: { id: string; agent: string }): Fact<DeviceAnswer> {
  return { family: answers, argument: `${id} ${agent}` }
}

const answerOf: Record<string, DeviceAnswer> = { 0: 'answers', list: 'cannot be asked' }

const answers: Family<DeviceAnswer> = {
  name: 'stonith_admin --query',
  script: devices =>
    devices
      .map(device => {
        const [id = '', agent = ''] = device.split(' ')
        return sh`timeout -k 2 ${answerTimeoutSeconds} stonith_admin --query ${id} >/dev/null 2>&1; code=$?
if [ $code != 0 ] && metadata=$(echo action=metadata | timeout -k 2 ${answerTimeoutSeconds} ${`${agentDirectory}/${agent}`} 2>/dev/null); then
  case $metadata in *'action name="list"'*) ;; *) code=list ;; esac
fi
echo $code`
      })
      .join('\n'),
  waits: true,
  parse: ({ stdout }, devices) => {
    const codes = stdout.trim().split('\n')
    return devices.map((_, at) => answerOf[codes[at] ?? ''] ?? 'silent')
  },
}
