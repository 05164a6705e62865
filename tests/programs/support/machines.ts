import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { testServer } from '../../support/template-database.ts'

/** A network namespace that stands for a machine, with a cable to this one. */
export type Machine = {
  /** Where it is reached. */
  host: string
  /** What begins a command there. */
  on: string[]
  /** The URL of a database as the machine reaches it. */
  toDatabase: (url: string) => string
  /** Pulls the cable: nothing is answered, and no connection is closed. */
  cut: () => void
  drop: () => void
}

const ip = (...words: string[]) => spawnSync('ip', words, { encoding: 'utf8' })

const assertDone = ({ status, stderr }: ReturnType<typeof ip>) => {
  if (status !== 0) throw new Error(stderr)
}

/** Whether this process may make machines: as root on Linux, with iproute2. */
export const canMakeMachines = (): boolean => {
  const name = `probe-${randomBytes(3).toString('hex')}`
  const isMade = ip('netns', 'add', name).status === 0
  const isCabled =
    isMade && ip('link', 'add', name, 'type', 'veth', 'peer', 'eth0', 'netns', name).status === 0
  ip('netns', 'del', name)
  return isCabled
}

export const makeMachine = async (): Promise<Machine> => {
  const bytes = randomBytes(3)
  const name = `m-${bytes.toString('hex')}`
  const subnet = `10.${bytes[0]}.${bytes[1]}`
  const [here, host] = [`${subnet}.1`, `${subnet}.2`]
  const cable = ['link', 'add', name, 'type', 'veth', 'peer', 'eth0', 'netns', name]
  const inside = ['-n', name]
  for (const words of [
    ['netns', 'add', name],
    cable,
    ['address', 'add', `${here}/30`, 'dev', name],
    ['link', 'set', name, 'up'],
    [...inside, 'address', 'add', `${host}/30`, 'dev', 'eth0'],
    [...inside, 'link', 'set', 'eth0', 'up'],
    [...inside, 'link', 'set', 'lo', 'up'],
  ]) {
    assertDone(ip(...words))
  }
  const relay = await openRelay(here)
  return {
    host,
    on: ['ip', 'netns', 'exec', name],
    toDatabase: (url) => Object.assign(new URL(url), { host: `${here}:${relay.port}` }).href,
    // At its end: here the way there would lead to the next router, which may answer.
    cut: () => assertDone(ip(...inside, 'link', 'set', 'eth0', 'down')),
    drop: () => {
      relay.close()
      // Its namespace lives on as long as the last connection there.
      ip('link', 'del', name)
      ip('netns', 'del', name)
    },
  }
}

/** Leads to the PostgreSQL of the tests, which may listen on this machine only. */
async function openRelay(host: string) {
  const { hostname, port } = new URL(testServer)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const onward = connect(Number(port || 5432), hostname)
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one.on('error', () => other.destroy()))
      one.pipe(other)
    }
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? address?.port : 0,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
