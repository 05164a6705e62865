import { Agent, type IncomingMessage, request } from 'node:http'

export type Answer = {
  status: number
  headers: IncomingMessage['headers']
  text: string
  /** When it was asked for and how long it took, in ms. */
  at: number
  took: number
}

export type Client = ReturnType<typeof createClient>

const agent = new Agent({ keepAlive: true, maxSockets: 400 })

/** Takes a port on this machine and the address to come from; returns one browser with its cookies. */
export function createClient(port: number, address = '192.0.2.1') {
  const jar = new Map<string, string>()
  const keep = (cookies: string[] = []) => {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
  }

  async function send(method: string, path: string, body?: string): Promise<Answer> {
    const at = performance.now()
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const form = body === undefined ? {} : describeForm(body)
    const headers = { 'x-forwarded-for': address, cookie, ...form }
    const answer = await sendOnce({ port, method, path, headers }, body)
    keep(answer.headers['set-cookie'])
    return { ...answer, at, took: performance.now() - at }
  }

  return {
    get: (path: string) => send('GET', path),
    readToken: async (path: string) => readToken((await send('GET', path)).text),
    post: (path: string, fields: Record<string, string>) =>
      send('POST', path, new URLSearchParams(fields).toString()),
    forget: (name: string) => jar.delete(name),
  }
}

function sendOnce(options: object, body?: string): Promise<Omit<Answer, 'at' | 'took'>> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent, ...options }, (res) => {
      const { statusCode: status = 0, headers } = res
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (part: string) => {
        text += part
      })
      res.on('end', () => resolve({ status, headers, text }))
    })
    // A kept connection may be closed by the server at the moment it is used again.
    sent.on('error', (error) =>
      sent.reusedSocket ? resolve(sendOnce(options, body)) : reject(error),
    )
    sent.end(body)
  })
}

function describeForm(body: string) {
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
}

function readToken(html: string): string {
  return /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
}
