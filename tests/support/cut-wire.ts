import { connect, createServer, type Socket } from 'node:net'

/** A wire to a server that can be cut, or lose what is sent or only what is answered, and be mended. */
export type Wire = {
  url: string
  cut: () => void
  /** Ends each connection in the same packet that says it is ready, as a server does that ends at that moment. */
  endWhenReady: () => void
  lose: () => void
  loseAnswers: () => void
  mend: () => void
  close: () => Promise<void>
}

// Of PostgreSQL's protocol: "ready for query", and the error of a server that ends, 57P01.
const READY = Buffer.from('Z\0\0\0\x05I')
const FIELDS = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'
const ENDED = Buffer.from(`E\0\0\0${String.fromCharCode(4 + FIELDS.length)}${FIELDS}`)

/** Leads to the same place as a URL, over a wire. */
export async function layWire(url: string): Promise<Wire> {
  const there = new URL(url)
  const ends = new Set<Socket>()
  let isCut = false
  let isLosing = false
  let isLosingAnswers = false
  let isEnding = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(Number(there.port || 5432), there.hostname)
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {}).on('close', () => ends.delete(end))
    }
    near.on('data', (sent) => isLosing || far.write(sent)).on('end', () => far.end())
    far
      .on('data', (sent) => {
        if (isEnding && sent.subarray(-READY.length).equals(READY))
          near.end(Buffer.concat([sent, ENDED]))
        else if (!isLosing && !isLosingAnswers && near.writable) near.write(sent)
      })
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
    endWhenReady() {
      isEnding = true
    },
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
      isEnding = false
    },
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
