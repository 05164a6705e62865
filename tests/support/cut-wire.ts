import { connect, createServer, type Socket } from 'node:net'

/** A wire to a server that can be cut, or lose whatever is sent, and be mended, as a network does it. */
export type Wire = {
  url: string
  cut: () => void
  lose: () => void
  mend: () => void
  close: () => Promise<void>
}

/** Takes a URL with host and port; returns one that leads to the same place, over a wire. */
export async function layWire(url: string): Promise<Wire> {
  const there = new URL(url)
  const ends = new Set<Socket>()
  let isCut = false
  let isLosing = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(Number(there.port || 5432), there.hostname)
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {}).on('close', () => ends.delete(end))
    }
    near.on('data', (sent) => isLosing || far.write(sent)).on('end', () => far.end())
    far.on('data', (sent) => isLosing || near.write(sent)).on('end', () => near.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const here = new URL(url)
  here.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const cut = () => {
    isCut = true
    for (const end of ends) end.destroy()
  }
  return {
    url: here.href,
    cut,
    lose() {
      isLosing = true
    },
    mend() {
      isCut = false
      isLosing = false
    },
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
