import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** For programs that cannot say which port they have taken. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
