import { serviceFact, type Fact } from '../../facts/fact.js'
import { parseOnSuccess } from '../parse-on-success.js'
import { parseCrmMon, type ClusterState } from './crm-mon.js'

/** Reports of a node's own daemons; undefined if the daemon does not run or is not installed. */

export const clusterState: Fact<ClusterState | undefined> = serviceFact(
  'pacemaker',
  'crm_mon',
  parseOnSuccess(parseCrmMon),
  'crm_mon -1 --output-as=xml',
)

/** The whole CIB, status included. */
export const cibText: Fact<string | undefined> = serviceFact(
  'pacemaker',
  'cibadmin -Q',
  parseOnSuccess(text => text),
)
