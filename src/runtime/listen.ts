import type { Server } from 'node:http'
import { describeProblem } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import type { VariableName } from '../settings/variables.ts'

type Place = Pick<Settings, 'port' | 'host'> & { setting?: VariableName }

/** Resolves to null once the server listens, or to the line that says why it cannot. */
export function listen(server: Server, place: Place): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(describeListenFailure(error, place)))
    server.listen(place.port, place.host, () => resolve(null))
  })
}

function describeListenFailure(
  error: NodeJS.ErrnoException,
  { port, setting = 'PORT' }: Place,
): string {
  if (error.code === 'EADDRINUSE')
    return `${setting} ${port} is taken by another program. For example: ${setting}=${port + 1}`
  if (error.code === 'EACCES') return describeProblem(setting, 'is for programs of the system only')
  return describeProblem('HOST', `is not an IP of this machine (${error.code})`)
}
