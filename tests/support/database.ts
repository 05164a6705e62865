import { randomBytes } from 'node:crypto'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase } from '../../src/database/database.ts'
import { runOnServer, type Template, urlOfDatabase } from './template-database.ts'

export type TestDatabase = Database & { readonly url: string }

export type DatabasePlace = { url: string; drop: () => Promise<void> }

const newName = () => `test_${randomBytes(8).toString('hex')}`

const createFile = (folder: string): DatabasePlace => {
  const file = join(folder, `${newName()}.db`)
  const files = [file, `${file}-wal`, `${file}-shm`]
  const drop = async () => files.forEach((name) => void rmSync(name, { force: true }))
  return { url: `file:${file}`, drop }
}

const createOnServer = async (server: string, template: string): Promise<DatabasePlace> => {
  const name = newName()
  await runOnServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  // FORCE: a server that a test killed may not have let go of its connections yet.
  const drop = () => runOnServer(server, `DROP DATABASE ${name} WITH (FORCE)`)
  return { url: urlOfDatabase(server, name), drop }
}

const copyTemplate = async (template: Template): Promise<DatabasePlace> => {
  if (template.engine === 'postgresql') return createOnServer(template.server, template.name)
  const place = createFile(template.folder)
  copyFileSync(template.file, place.url.slice('file:'.length))
  return place
}

/** An empty database without tables; an SQLite file is made when it is opened. */
export const createEmptyDatabase = async (): Promise<DatabasePlace> => {
  const template = inject('template')
  if (template.engine === 'sqlite') return createFile(template.folder)
  return createOnServer(template.server, 'template0')
}

/** Opens a migrated database that is this caller's alone and is gone once closed. */
export const openTestDatabase = async (options: DatabaseOptions = {}): Promise<TestDatabase> => {
  const { url, drop } = await copyTemplate(inject('template'))
  const database = await openDatabase(url, options)
  const disconnect = database.close
  return Object.assign(database, {
    url,
    close: async () => {
      await disconnect()
      await drop()
    },
  })
}
