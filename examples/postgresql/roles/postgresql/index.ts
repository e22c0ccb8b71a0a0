import { directory, dropIn, file, packages, role, Secret, service, z } from 'ha-run'
import { beforePacemaker, program } from './before-pacemaker.js'
import { copied, created, nothingForeign } from './database.js'
import { installationOf } from './installation.js'
import { reloaded } from './reload.js'
import { hba, heading, passwordLine, postgresqlConf } from './settings.js'

const vars = z.object({
  postgresql_replication_password: z
    .string()
    .regex(/^[ -~]{8,}$/, 'expected at least 8 printable characters of ASCII')
    .transform(text => new Secret(Buffer.from(text))),
  postgresql_synchronous: z.boolean(),
  postgresql_clients: z.array(z.union([z.cidrv4(), z.cidrv6()])).default([]),
})

/** PostgreSQL on every node, with the database and its copies. It is Pacemaker that starts it. */
export default role('postgresql', { vars }, ({ cluster, node, vars }) => {
  const at = installationOf(cluster)
  const password = vars.postgresql_replication_password
  const owner = 'postgres:postgres'
  const noMain = file('/etc/postgresql-common/createcluster.d/ha-run.conf', {
    content: 'create_main_cluster = false\n',
  })
  const install = packages([`postgresql-${at.version}`, 'resource-agents-paf'], {
    units: ['postgresql.service'],
    needs: [noMain],
  })
  const own = nothingForeign(at, [install])
  const folder = directory(at.config, { owner, needs: [install] })
  const more = directory(`${at.config}/conf.d`, { owner, needs: [folder] })
  const written = (name: string, content: string, mode = '0644') =>
    file(`${at.config}/${name}`, { content, mode, owner, needs: [folder] })
  const configuration = [
    folder,
    more,
    written('postgresql.conf', postgresqlConf(at, cluster, node, vars.postgresql_synchronous)),
    written('pg_hba.conf', hba(cluster, node, vars.postgresql_clients), '0640'),
    written('pg_ident.conf', `${heading}\n`, '0640'),
    // Debian's own tools do not start it.
    written('start.conf', 'disabled\n'),
    file(at.passwordFile, {
      content: passwordLine(password.reveal().toString()),
      mode: '0600',
      owner,
      secret: true,
      needs: [install],
    }),
  ]
  const repair = file(program, { content: beforePacemaker(at), mode: '0755', needs: [install] })
  // A standby of synchronous replication has all that was acknowledged: nothing is lost if the former primary follows it.
  const rewind = vars.postgresql_synchronous ? ' rewind' : ''
  const first = dropIn('pacemaker.service', {
    name: 'postgresql',
    content: `[Service]\nExecStartPre=-${program}${rewind}\nTimeoutStartSec=60min\n`,
    needs: [repair],
  })
  const database = created(at, cluster, password, [own, ...configuration])
  return [
    noMain,
    install,
    service('postgresql.service', { enabled: false, needs: [install] }),
    own,
    ...configuration,
    repair,
    first,
    database,
    copied(at, [database]),
    reloaded(at, configuration),
  ]
})
