// Serves one database from a process of its own. Told to `arm`, it is killed when a mail has been written and
// nothing is settled yet.
import { argv, kill, pid, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { createApp } from '../../../../src/app.ts'
import { openDatabase } from '../../../../src/database/database.ts'
import { readJob } from '../../../../src/mail/outbox.ts'
import { drop } from '../../../../src/mail/queue.ts'
import { createLog } from '../../../../src/runtime/log.ts'
import { createServices } from '../../../../src/services.ts'
import { readEnv } from '../../../../src/settings/environment.ts'

const [, , url = '', variables = '', time = ''] = argv
let isArmed = false
let isWritten = false

const database = await openDatabase(url, {
  onStatement(sql) {
    if (isWritten) kill(pid, 'SIGKILL')
    isWritten = isArmed && /INSERT INTO .*"?OutboxMessage/.test(sql)
  },
})
const read = readEnv(JSON.parse(variables))
if (!read.ok) throw new Error(read.problems.join('\n'))
const { settings } = read
const clock = () => new Date(time)
const services = createServices({ database, settings, clock, log: createLog('silent') })
const say = (line: string | number) => stdout.write(`${line}\n`)
const server = createApp(services).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) say(address.port)
})

createInterface(stdin).on('line', async (line) => {
  if (line === 'arm') isArmed = true
  else await doJobs()
  say('done')
})

async function doJobs() {
  for (const row of await database.outboxMessage.findMany()) {
    const job = readJob(row)
    if (job) await services.doJob(job, (tables) => drop(tables, row))
  }
}
