import { fact, withDaemonTimeout, type Fact } from '../../facts/fact.js'
import { parseOnSuccess } from '../parse-on-success.js'
import { parseCrmMon, type ClusterState } from './crm-mon.js'

/** Reports of a node's own daemons; undefined if the daemon does not run or is not installed. */

export const clusterState: Fact<ClusterState | undefined> = fact(
  'crm_mon',
  withDaemonTimeout('crm_mon -1 --output-as=xml'),
  parseOnSuccess(parseCrmMon),
)

/** The whole CIB, status included. */
export const cibText: Fact<string | undefined> = fact(
  'cibadmin -Q',
  withDaemonTimeout('cibadmin -Q'),
  parseOnSuccess(text => text),
)
