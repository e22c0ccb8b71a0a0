import { attribute, descendantsOf, type Element } from '../pacemaker/xml.js'

/** Whether a running cluster fences its nodes. */
export interface Fencing {
  /** `disabled` only if the CIB disables it and has no fencing device. */
  value: 'disabled' | 'kept'
  remark: string
}

/** @param properties - the CIB's cluster properties. */
export function fencingOf(cib: Element, properties: Map<string, string>): Fencing {
  const devices = descendantsOf(cib, 'primitive', 'template').filter(
    element => attribute(element, 'class') === 'stonith',
  )
  const isOff = ['stonith-enabled', 'fencing-enabled'].some(name =>
    /^(false|off|no|n|0)$/i.test(properties.get(name) ?? ''),
  )
  if (devices.length === 0) {
    return isOff
      ? {
          value: 'disabled',
          remark: 'stonith-enabled is false, and there is no fencing device; verify always warns about it',
        }
      : { value: 'kept', remark: 'fencing is on, but the cluster has no fencing device: Pacemaker starts no resource' }
  }
  const names = devices.map(node => attribute(node, 'id')).join(', ')
  return {
    value: 'kept',
    remark: `the fencing devices that the cluster has are kept as they are: ${names}${isOff ? '; stonith-enabled is false' : ''}`,
  }
}
