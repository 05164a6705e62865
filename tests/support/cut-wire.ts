import { connect, createServer, type Socket } from 'node:net'

/** A wire to a server that can be cut, or lose what is sent or only what is answered, and be mended. */
export type Wire = {
  url: string
  cut: () => void
  lose: () => void
  loseAnswers: () => void
  mend: () => void
  close: () => Promise<void>
}

/** Leads to the same place as a URL, over a wire. */
export async function layWire(url: string): Promise<Wire> {
  const there = new URL(url)
  const ends = new Set<Socket>()
  let isCut = false
  let isLosing = false
  let isLosingAnswers = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(Number(there.port || 5432), there.hostname)
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {}).on('close', () => ends.delete(end))
    }
    near.on('data', (sent) => isLosing || far.write(sent)).on('end', () => far.end())
    far
      .on('data', (sent) => isLosing || isLosingAnswers || near.write(sent))
      .on('end', () => near.end())
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
    loseAnswers() {
      isLosingAnswers = true
    },
    mend() {
      isCut = false
      isLosing = false
      isLosingAnswers = false
    },
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
