// The compiled program as a process of its own, in JavaScript: reading its sources would take three times as long.
// Told to `arm`, it is killed when a mail has been written and nothing is settled yet.
import { argv, kill, pid, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'

const load = (file) => import(new URL(`../../../dist/${file}`, import.meta.url).href)
const { createApp } = await load('app.js')
const { createServices } = await load('services.js')
const { openDatabase } = await load('database/database.js')
const { readJob } = await load('mail/outbox.js')
const { drop } = await load('mail/queue.js')
const { readEnv } = await load('settings/environment.js')
const { createLog } = await load('runtime/log.js')

const [, , url, variables, time] = argv
let isArmed = false
let isWritten = false

const database = await openDatabase(url, {
  onStatement(sql) {
    if (isWritten) kill(pid, 'SIGKILL')
    isWritten = isArmed && /INSERT INTO .*"?OutboxMessage/.test(sql)
  },
})
const { settings } = readEnv(JSON.parse(variables))
const clock = () => new Date(time)
const services = createServices({ database, settings, clock, log: createLog('silent') })
const say = (line) => stdout.write(`${line}\n`)
const server = createApp(services).listen(0, '127.0.0.1', () => say(server.address().port))

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
