import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readDeployingFile } from './support/page.ts'

const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
afterAll(() => rmSync(folder, { recursive: true }))

const analyze = (...words: string[]) => spawnSync('systemd-analyze', words, { encoding: 'utf8' })
const [, version = '0'] = /systemd (\d+)/.exec(analyze('--version').stdout ?? '') ?? []

// `security --offline` came with 250.
describe.skipIf(Number(version) < 250)('docs/deploying/app.service', () => {
  const unit = join(folder, 'app.service')
  writeFileSync(unit, readDeployingFile('app.service').replace('/usr/bin/node', process.execPath))

  test('is a unit that systemd takes without a remark', () => {
    expect(analyze('verify', unit)).toMatchObject({ status: 0, stderr: '' })
  })

  test('has a backup and its timer, which systemd takes as well', () => {
    const units = ['app-backup.service', 'app-backup.timer'].map((name) => {
      const file = join(folder, name)
      writeFileSync(file, readDeployingFile(name).replace('/usr/bin/node', process.execPath))
      return file
    })

    expect(analyze('verify', ...units)).toMatchObject({ status: 0, stderr: '' })
  })

  test('leaves little of the machine exposed', () => {
    // In tenths. Without the hardening it is 96.
    expect(analyze('security', '--offline=true', '--threshold=20', unit).status).toBe(0)
  })
})
