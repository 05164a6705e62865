import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { seconds } from '../../../src/durations.ts'
import { findFreePort } from '../../support/free-port.ts'
import { openServedApp } from '../../support/served-app.ts'
import { readDeployingFile } from './support/page.ts'

// The configurations of docs/deploying/, where their programs are installed: on other ports, with a certificate of our own.

const HOST = 'accounts.example.com'
// Of 127.0.0.0/8, which Linux has whole: the proxy's own IP is another.
const VISITOR = '127.0.0.2'
const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
const children: ChildProcess[] = []
const ports = { app: 0, tls: 0, plain: 0 }
let connections = 0

const site = await openServedApp({ APP_URL: `https://${HOST}`, TRUST_PROXY: '1' })
site.server.on('connection', () => connections++)

const has = (program: string, word: string) => spawnSync(program, [word]).status === 0

type Visit = { port: number; path: string; method?: string }

async function visit({ port, path, method = 'GET' }: Visit, send = request) {
  const headers = { host: HOST, 'x-forwarded-for': '192.0.2.66' }
  const from = { host: '127.0.0.1', localAddress: VISITOR, agent: false as const }
  const trust = { servername: HOST, rejectUnauthorized: false }
  const asked = send({ ...from, ...trust, port, path, method, headers }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer
}

async function start(program: string, words: string[]): Promise<void> {
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  children.push(spawn(program, words, { env, stdio: 'ignore' }))
  await vi.waitFor(() => visit({ port: ports.tls, path: '/' }), seconds(30))
}

/** In a main configuration that needs no root. */
async function startNginx(): Promise<void> {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  const shown = readDeployingFile('nginx.conf')
    .replace('127.0.0.1:3000', `127.0.0.1:${ports.app}`)
    .replace(/^.*listen \[::\].*\n/gm, '')
    .replace('listen 443', `listen 127.0.0.1:${ports.tls}`)
    .replace('listen 80', `listen 127.0.0.1:${ports.plain}`)
    .replaceAll(/\/etc\/letsencrypt\/live\/[^/]+/g, folder)
  const file = join(folder, 'nginx.conf')
  const main = `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/log; events {}`
  writeFileSync(file, `${main} http { access_log off; ${paths}\n${shown} }`)
  await start('nginx', ['-c', file])
}

async function startCaddy(): Promise<void> {
  const tls = `tls ${folder}/fullchain.pem ${folder}/privkey.pem`
  const shown = readDeployingFile('Caddyfile')
    .replace('127.0.0.1:3000', `127.0.0.1:${ports.app}`)
    .replace(`${HOST} {`, `https://${HOST}:${ports.tls} {\n\tbind 127.0.0.1\n\t${tls}`)
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${shown}`)
  await start('caddy', ['run', '--adapter', 'caddyfile', '--config', file])
}

const canMakeCertificate = has('openssl', 'version')
const programs = [
  ['nginx', '-v', startNginx],
  ['caddy', 'version', startCaddy],
] as const

beforeAll(async () => {
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')]
  spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${HOST}`,
    ...files,
  ])
  ports.app = site.port
})
afterAll(async () => {
  for (const child of children) child.kill()
  await site.close()
  rmSync(folder, { recursive: true })
})

describe.each(programs)('behind %s', (program, word, startProxy) => {
  const canRun = process.platform === 'linux' && canMakeCertificate && has(program, word)

  test.runIf(canRun)('the log has the IP of the visitor, and one connection is kept', async () => {
    Object.assign(ports, { tls: await findFreePort(), plain: await findFreePort() })
    await startProxy()
    const before = { connections, lines: site.logged.length }

    const statuses = []
    for (let count = 0; count < 10; count++) {
      statuses.push((await visit({ port: ports.tls, path: '/login' })).statusCode)
    }

    const lines = site.logged.slice(before.lines).filter(({ path }) => path === '/login')
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(lines.map(({ ip }) => ip)).toEqual(Array(10).fill(VISITOR))
    expect(connections - before.connections).toBeLessThanOrEqual(1)
  })

  test.runIf(canRun && program === 'nginx')(
    'pages are sent on from http, forms refused',
    async () => {
      const plain = { port: ports.plain, path: '/login?next=%2F' }

      const page = await visit(plain, requestPlain)
      const form = await visit({ ...plain, method: 'POST' }, requestPlain)

      expect(page.headers.location).toBe(`https://${HOST}/login?next=%2F`)
      expect(form.statusCode).toBe(403)
    },
  )
})
