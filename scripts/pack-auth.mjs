// Makes the npm package of src/auth, in dist-auth/ or the folder that is named.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from './bundle.mjs'

const folder = resolve(process.argv[2] ?? join(root, 'dist-auth'))
const content = join(folder, 'package')
const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const NEEDED = ['cookie-signature', 'passport', 'passport-local']
// The declarations name them.
const TYPES = ['@types/express', '@types/express-session', '@types/passport']

const manifest = {
  name: 'express-login',
  version: project.version,
  description: 'Flask-Login for Express: sessions, guards, remember-me, fresh logins',
  license: project.license,
  type: 'module',
  engines: project.engines,
  exports: { '.': './auth/package.js', './testing': './auth/testing.js' },
  dependencies: rangesOf([...NEEDED, ...TYPES]),
  peerDependencies: rangesOf(['express', 'express-session']),
}

function rangesOf(names) {
  return Object.fromEntries(names.map((name) => [name, `^${project.devDependencies[name]}`]))
}

/** What docs/auth.md says before it compares. */
function readReadme() {
  return readFileSync(join(root, 'docs/auth.md'), 'utf8').split(/^## Coming /m)[0]
}

function run(command, words, cwd) {
  const { status } = spawnSync(command, words, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(content, { recursive: true, force: true })
mkdirSync(content, { recursive: true })
const compiler = join(root, 'node_modules/typescript/bin/tsc')
run(process.execPath, [compiler, '-p', 'scripts/tsconfig.auth.json', '--outDir', content], root)
writeFileSync(join(content, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
writeFileSync(join(content, 'README.md'), readReadme())
cpSync(join(root, 'LICENSE'), join(content, 'LICENSE'))
run('npm', ['pack', '--pack-destination', folder], content)
