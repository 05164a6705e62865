// Bundles src/ and serves it, again at each change. Views and public files are read at each request.
// Options of Node, such as --inspect, go to the server.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { context } from 'esbuild'
import { bundle, dist, root } from './bundle.mjs'

let server = null
let starts = Promise.resolve()
let isEnding = false

async function restart() {
  if (server?.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  if (isEnding) return
  const words = [...process.argv.slice(2), join(dist, 'server.js')]
  server = spawn(process.execPath, words, { stdio: 'inherit' })
}

function restartAfterBuilds({ onEnd }) {
  onEnd(({ errors }) => {
    if (errors.length === 0) starts = starts.then(restart)
  })
}

function generateClients() {
  const words = [join(root, 'prisma/generate.mjs')]
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

generateClients()
// Without its stamp, `npm start` makes it anew.
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
const builds = await context({
  ...bundle,
  // The watcher looks at each file in turn: a change is seen sooner where there are few.
  packages: 'external',
  plugins: [...bundle.plugins, { name: 'restart', setup: restartAfterBuilds }],
  logLevel: 'warning',
})
await builds.watch()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    isEnding = true
    server?.kill()
    builds.dispose()
  })
}
