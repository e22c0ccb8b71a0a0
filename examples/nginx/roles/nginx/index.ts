import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { file, packages, role, service } from 'ha-run'

/** The page: all files of this folder of the project, which are texts. */
const site = fileURLToPath(new URL('../../site', import.meta.url))
const root = '/var/www/site'

const configuration = `# Written by the role nginx of ha-run.
server {
  listen 80 default_server;
  listen [::]:80 default_server;
  root ${root};
  add_header X-Served-By $hostname;
}
`

/** nginx with the same page on every node. It is Pacemaker that starts it. */
export default role('nginx', () => {
  const install = packages(['nginx'], { units: ['nginx.service'] })
  const server = file('/etc/nginx/sites-available/default', { content: configuration, needs: [install] })
  return [install, ...pages(), server, service('nginx.service', { enabled: false, loads: [server], needs: [install] })]
})

function pages() {
  return readdirSync(site, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .toSorted()
    .map(path => file(`${root}${path.slice(site.length)}`, { content: readFileSync(path, 'utf8') }))
}
