import { guessEverywhere } from './guesses.ts'
import { makeUsers, startServer } from './server.ts'
import { CROWD, raiseStorm } from './storm.ts'

// What a hostile hour does to the server. Compares things within one run: absolute numbers belong to the
// machine. On a new SQLite file, or in the PostgreSQL database that DATABASE_URL names.

const server = await startServer()
await measure().finally(server.stop)

async function measure(): Promise<void> {
  await makeUsers(server, CROWD + 1)
  await raiseStorm()
  await guessEverywhere()
}
