import { runOnDatabase } from '../src/operator/command.ts'
import { seed } from '../src/operator/seed.ts'

await runOnDatabase(seed, false)
